-- title: Late share by hour and weekday
-- question: When must one order to be served late? Late parcels in % of those promised in the period, by local hour and weekday of ordering; empty where they were fewer than 10.
-- grain: one row a weekday and local hour
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), due AS (
    SELECT p.placed_at AT TIME ZONE place.timezone AS placed_local, p.is_late
    FROM promises_due p
    JOIN place USING (warehouse_id)
    WHERE p.promised_at >= (SELECT period_start('{{ period }}'))
), shares AS (
    SELECT extract(isodow FROM placed_local) AS weekday,
           extract(hour FROM placed_local) AS local_hour,
           count(*) AS parcels,
           -- One late parcel of one would be 100 %, and take the colours.
           CASE WHEN count(*) >= 10 THEN round(100 * avg(is_late::int), 1) END AS late_percent
    FROM due
    GROUP BY 1, 2
)
SELECT day AS weekday,
       (ARRAY['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[day] AS weekday_name,
       to_char(hour, 'FM00') AS local_hour,
       coalesce(s.parcels, 0) AS parcels,
       -- Redash draws NULL in a heat map as 0; a blank among the numbers, which takes JSON, it leaves out.
       coalesce(to_jsonb(s.late_percent), '" "') AS late_percent
FROM generate_series(1, 7) AS day
CROSS JOIN generate_series(0, 23) AS hour
LEFT JOIN shares s ON s.weekday = day AND s.local_hour = hour
-- Nothing but zeros can't be drawn as a heat map: without a late parcel it is empty.
WHERE EXISTS (SELECT FROM shares WHERE late_percent > 0)
-- Drawn from the bottom up: Monday belongs on top.
ORDER BY day DESC, hour
