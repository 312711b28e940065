-- title: Daily cohorts
-- question: Of those who first bought on a day, how many bought again one, two, three days later? The last seven full local days and today; a share is there when its day is over.
-- grain: one row a cohort and full day since, and one a cohort that has none yet

-- The first cohorts hold established customers, whose earlier orders were never recorded. The day of the first order
-- itself is left out: it is 100 % by definition, and would take the colours.
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), purchases AS (
    SELECT DISTINCT o.customer_id, CAST(date_trunc('day', o.placed_at AT TIME ZONE p.timezone) AS date) AS day
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.paid_at IS NOT NULL
), members AS (
    SELECT customer_id, day, min(day) OVER (PARTITION BY customer_id) AS cohort_day FROM purchases
), activity AS (
    SELECT cohort_day, day, count(*) AS customers FROM members GROUP BY 1, 2
), today AS (
    -- A day that is still going on in some city would look like a drop.
    SELECT min(CAST(date_trunc('day', (SELECT sim_now()) AT TIME ZONE timezone) AS date)) AS day FROM place
)
SELECT a.cohort_day,
       CAST(days.day AS date) - a.cohort_day AS day_number,
       a.customers AS cohort_size,
       CASE WHEN days.day IS NOT NULL THEN coalesce(again.customers, 0) END AS customers
FROM activity a
CROSS JOIN today t
LEFT JOIN LATERAL generate_series(CAST(a.cohort_day AS timestamp) + interval '1 day',
                                  CAST(t.day AS timestamp) - interval '1 day',
                                  interval '1 day') AS days (day) ON true
LEFT JOIN activity again ON again.cohort_day = a.cohort_day AND again.day = CAST(days.day AS date)
WHERE a.day = a.cohort_day
  AND a.cohort_day >= t.day - 7
ORDER BY a.cohort_day, day_number
