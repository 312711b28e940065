-- title: Parcels on time today
-- question: How many parcels came as promised?
-- grain: one row

-- Parcels delivered since midnight in each city's local time, whenever they were ordered.
WITH today AS MATERIALIZED (
    SELECT w.warehouse_id, date_trunc('day', sim_now(), c.timezone) AS midnight
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT count(*) AS parcels,
           count(*) FILTER (WHERE o.delivered_at <= o.promised_at) AS on_time
    FROM orders o
    JOIN today t USING (warehouse_id)
    WHERE o.delivered_at >= t.midnight
)
SELECT parcels,
       on_time,
       round(coalesce(100.0 * on_time / nullif(parcels, 0), 0), 1) AS on_time_percent,
       CASE WHEN parcels > 0 THEN 90.0 END AS goal_percent
FROM delivered
