-- title: Work of the period
-- question: How long do orders and supplies take?
-- grain: one row

-- Orders that a picker took, and replenishments received, in the period.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), picks AS (
    SELECT count(*) AS orders,
           percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
               ORDER BY CAST(extract(epoch FROM o.pick_started_at - o.paid_at) / 60 AS double precision)
           ) AS wait_minutes
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.pick_started_at >= (SELECT period_start('{{ period }}'))
), received AS (
    SELECT count(*) AS replenishments,
           percentile_cont(0.5) WITHIN GROUP (
               ORDER BY CAST(extract(epoch FROM r.received_at - r.ordered_at) / 86400 AS double precision)
           ) AS lead_time_days
    FROM replenishments r
    JOIN place USING (warehouse_id)
    WHERE r.received_at >= (SELECT period_start('{{ period }}'))
)
SELECT p.orders AS orders_picked,
       round(coalesce(p.wait_minutes[1], 0)::numeric, 1) AS median_wait_minutes,
       round(coalesce(p.wait_minutes[2], 0)::numeric, 1) AS p90_wait_minutes,
       r.replenishments,
       round(coalesce(r.lead_time_days, 0)::numeric, 1) AS median_lead_time_days
FROM picks p
CROSS JOIN received r
