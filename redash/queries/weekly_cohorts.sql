-- title: Weekly cohorts
-- question: How many of those who first bought in a week buy again in the weeks after? Full local weeks; week 1 is that of the first order.
-- grain: one row a cohort and week since

-- The first cohorts hold established customers, whose earlier orders were never recorded.
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
       (CAST(weeks.week AS date) - a.cohort_week) / 7 + 1 AS week_number,
       a.customers AS cohort_size,
       coalesce(again.customers, 0) AS customers
FROM activity a
CROSS JOIN this_week t
CROSS JOIN LATERAL generate_series(CAST(a.cohort_week AS timestamp), CAST(t.week AS timestamp) - interval '7 days',
                                   interval '7 days') AS weeks (week)
LEFT JOIN activity again ON again.cohort_week = a.cohort_week AND again.week = CAST(weeks.week AS date)
WHERE a.week = a.cohort_week
ORDER BY a.cohort_week, week_number
