-- title: Late share by hour and weekday
-- question: When must one order to be served late? Late parcels in % of those delivered, by local hour and weekday of ordering; 0 may also mean none was ordered.
-- grain: one row a weekday and local hour
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT o.placed_at AT TIME ZONE p.timezone AS placed_local,
           o.delivered_at > o.promised_at AS is_late
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
), shares AS (
    SELECT extract(isodow FROM placed_local) AS weekday,
           extract(hour FROM placed_local) AS local_hour,
           count(*) AS parcels,
           100.0 * count(*) FILTER (WHERE is_late) / count(*) AS late_percent
    FROM delivered
    GROUP BY 1, 2
)
SELECT day AS weekday,
       (ARRAY['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[day] AS weekday_name,
       to_char(hour, 'FM00') AS local_hour,
       coalesce(s.parcels, 0) AS parcels,
       round(coalesce(s.late_percent, 0), 1) AS late_percent
FROM generate_series(1, 7) AS day
CROSS JOIN generate_series(0, 23) AS hour
LEFT JOIN shares s ON s.weekday = day AND s.local_hour = hour
-- Nothing but zeros can't be drawn as a heat map: without a late parcel it is empty.
WHERE EXISTS (SELECT FROM shares WHERE round(late_percent, 1) > 0)
-- Drawn from the bottom up: Monday belongs on top.
ORDER BY day DESC, hour
