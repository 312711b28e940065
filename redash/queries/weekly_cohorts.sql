-- title: Weekly cohorts
-- question: Of those who first bought in a week, how many bought again one, two, three weeks later? Local weeks; a share is there when its week is over.
-- grain: one row a cohort and full week since, and one a cohort that has none yet

-- The first cohorts hold established customers, whose earlier orders were never recorded. The week of the first order
-- itself is left out: it is 100 % by definition, and would take the colours.
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), purchases AS (
    SELECT DISTINCT o.customer_id, CAST(date_trunc('week', o.placed_at AT TIME ZONE p.timezone) AS date) AS week
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.paid_at IS NOT NULL
), members AS (
    SELECT customer_id, week, min(week) OVER (PARTITION BY customer_id) AS cohort_week FROM purchases
), activity AS (
    SELECT cohort_week, week, count(*) AS customers FROM members GROUP BY 1, 2
), this_week AS (
    -- A week that is still going on in some city would look like a drop.
    SELECT min(CAST(date_trunc('week', (SELECT sim_now()) AT TIME ZONE timezone) AS date)) AS week FROM place
)
SELECT a.cohort_week,
       (CAST(weeks.week AS date) - a.cohort_week) / 7 AS week_number,
       a.customers AS cohort_size,
       CASE WHEN weeks.week IS NOT NULL THEN coalesce(again.customers, 0) END AS customers
FROM activity a
CROSS JOIN this_week t
LEFT JOIN LATERAL generate_series(CAST(a.cohort_week AS timestamp) + interval '7 days',
                                  CAST(t.week AS timestamp) - interval '7 days',
                                  interval '7 days') AS weeks (week) ON true
LEFT JOIN activity again ON again.cohort_week = a.cohort_week AND again.week = CAST(weeks.week AS date)
WHERE a.week = a.cohort_week
ORDER BY a.cohort_week, week_number
