-- title: Delivery
-- question: How fast and reliable is delivery?
-- grain: one row

-- Parcels delivered in the period, from the order placed to the door.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT extract(epoch FROM o.delivered_at - o.placed_at) / 3600 AS hours,
           o.delivered_at > o.promised_at AS is_late,
           d.attempts
    FROM orders o
    JOIN place USING (warehouse_id)
    JOIN deliveries d USING (order_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
)
SELECT count(*) AS parcels,
       round(coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY hours), 0)::numeric, 1) AS median_hours,
       round(coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY hours), 0)::numeric, 1) AS p95_hours,
       round(coalesce(100.0 * count(*) FILTER (WHERE NOT is_late) / nullif(count(*), 0), 0), 1) AS on_time_percent,
       CASE WHEN count(*) > 0 THEN 90.0 END AS on_time_goal_percent,
       round(coalesce(100.0 * count(*) FILTER (WHERE attempts = 1) / nullif(count(*), 0), 0), 1)
           AS first_attempt_percent,
       CASE WHEN count(*) > 0 THEN 95.0 END AS first_attempt_goal_percent
FROM delivered
