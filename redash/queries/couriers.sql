-- title: Couriers
-- question: Who brings how many parcels, and how late? Late, of those promised in the period: also what is on the way and overdue.
-- grain: one row a courier, the hundred with most parcels
WITH staff AS (
    SELECT co.courier_id, co.full_name, co.vehicle, c.name AS city
    FROM couriers co
    JOIN warehouses w USING (warehouse_id)
    JOIN cities c USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), trips_made AS (
    SELECT courier_id,
           count(*) AS trips,
           sum(distance_km) AS distance_km,
           sum(extract(epoch FROM coalesce(ended_at, (SELECT sim_now())) - started_at)) / 3600 AS hours
    FROM trips
    WHERE started_at >= (SELECT period_start('{{ period }}'))
    GROUP BY courier_id
), parcels AS (
    SELECT d.courier_id, count(*) AS parcels
    FROM deliveries d
    JOIN orders o USING (order_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
    GROUP BY d.courier_id
), promises AS (
    SELECT d.courier_id, 100 * avg(p.is_late::int) AS late_percent
    FROM deliveries d
    JOIN promises_due p USING (order_id)
    WHERE p.promised_at >= (SELECT period_start('{{ period }}'))
    GROUP BY d.courier_id
)
SELECT s.full_name AS courier,
       s.city,
       s.full_name || ', ' || s.city AS courier_and_city,
       s.vehicle,
       t.trips,
       coalesce(p.parcels, 0) AS parcels,
       round(t.distance_km, 1) AS distance_km,
       round(coalesce(p.parcels / nullif(t.hours, 0), 0), 1) AS parcels_per_hour,
       -- NULL would be written as a word.
       coalesce(to_jsonb(round(l.late_percent, 1)), '""') AS late_percent
FROM staff s
JOIN trips_made t USING (courier_id)
LEFT JOIN parcels p USING (courier_id)
LEFT JOIN promises l USING (courier_id)
ORDER BY parcels DESC, courier
LIMIT 100
