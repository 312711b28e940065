-- title: Where the time goes
-- question: In which stage do orders spend their time in each city?
-- grain: one row a city
WITH place AS (
    SELECT w.warehouse_id, c.name AS city
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
)
SELECT p.city,
       count(*) AS parcels,
       round(avg(extract(epoch FROM o.pick_started_at - o.placed_at)) / 3600, 2) AS picker_wait_hours,
       round(avg(extract(epoch FROM o.packed_at - o.pick_started_at)) / 3600, 2) AS warehouse_hours,
       round(avg(extract(epoch FROM o.dispatched_at - o.packed_at)) / 3600, 2) AS dock_hours,
       round(avg(extract(epoch FROM o.delivered_at - o.dispatched_at)) / 3600, 2) AS road_hours
FROM orders o
JOIN place p USING (warehouse_id)
WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
GROUP BY p.city
ORDER BY avg(o.delivered_at - o.placed_at), p.city
