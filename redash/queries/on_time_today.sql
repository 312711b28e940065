-- title: Parcels on time today
-- question: Did parcels come when promised?
-- grain: one row

-- Promises that have come due since midnight in each city's local time, whenever they were given.
WITH today AS MATERIALIZED (
    SELECT w.warehouse_id, date_trunc('day', sim_now(), c.timezone) AS midnight
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), due AS (
    SELECT count(*) AS parcels,
           count(*) FILTER (WHERE NOT p.is_late) AS on_time
    FROM promises_due p
    JOIN today t USING (warehouse_id)
    WHERE p.promised_at >= t.midnight
)
SELECT parcels,
       on_time,
       round(coalesce(100.0 * on_time / nullif(parcels, 0), 0), 1) AS on_time_percent,
       CASE WHEN parcels > 0 THEN 90.0 END AS goal_percent
FROM due
