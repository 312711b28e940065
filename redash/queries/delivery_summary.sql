-- title: Parcels of the period
-- question: How fast and reliable is delivery?
-- grain: one row

-- Parcels delivered in the period, from the order placed to the door; and promises that came due in it.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT count(*) AS parcels,
           percentile_cont(ARRAY[0.5, 0.95])
               WITHIN GROUP (ORDER BY extract(epoch FROM o.delivered_at - o.placed_at) / 3600) AS hours,
           count(*) FILTER (WHERE d.attempts = 1) AS at_first
    FROM orders o
    JOIN place USING (warehouse_id)
    JOIN deliveries d USING (order_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
), due AS (
    SELECT count(*) AS promises,
           count(*) FILTER (WHERE NOT p.is_late) AS kept
    FROM promises_due p
    JOIN place USING (warehouse_id)
    WHERE p.promised_at >= (SELECT period_start('{{ period }}'))
)
SELECT d.parcels,
       due.promises,
       round(coalesce(d.hours[1], 0)::numeric, 1) AS median_hours,
       round(coalesce(d.hours[2], 0)::numeric, 1) AS p95_hours,
       round(coalesce(100.0 * due.kept / nullif(due.promises, 0), 0), 1) AS on_time_percent,
       CASE WHEN due.promises > 0 THEN 90.0 END AS on_time_goal_percent,
       round(coalesce(100.0 * d.at_first / nullif(d.parcels, 0), 0), 1) AS first_attempt_percent,
       CASE WHEN d.parcels > 0 THEN 95.0 END AS first_attempt_goal_percent
FROM delivered d
CROSS JOIN due
