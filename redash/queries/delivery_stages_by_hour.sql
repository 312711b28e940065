-- title: Where the time goes, by hour of ordering
-- question: Why does an order wait longer at one hour than at another? Local hours.
-- grain: one row a local hour
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), stages AS (
    SELECT CAST(extract(hour FROM o.placed_at AT TIME ZONE p.timezone) AS int) AS local_hour,
           avg(extract(epoch FROM o.pick_started_at - o.placed_at)) / 3600 AS picker_wait_hours,
           avg(extract(epoch FROM o.packed_at - o.pick_started_at)) / 3600 AS warehouse_hours,
           avg(extract(epoch FROM o.dispatched_at - o.packed_at)) / 3600 AS dock_hours,
           avg(extract(epoch FROM o.delivered_at - o.dispatched_at)) / 3600 AS road_hours
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
    GROUP BY 1
)
SELECT h AS local_hour,
       round(coalesce(picker_wait_hours, 0), 2) AS picker_wait_hours,
       round(coalesce(warehouse_hours, 0), 2) AS warehouse_hours,
       round(coalesce(dock_hours, 0), 2) AS dock_hours,
       round(coalesce(road_hours, 0), 2) AS road_hours
FROM generate_series(0, 23) AS h
LEFT JOIN stages ON local_hour = h
ORDER BY h
