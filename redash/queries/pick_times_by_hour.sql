-- title: Time in the warehouse by hour of day
-- question: At which local hours do orders wait, and for whom? Orders paid at night wait for the doors to open; a gap is no order, or less than 0.1 minutes.
-- grain: one row a local hour
WITH place AS (
    SELECT w.warehouse_id, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), picks AS (
    SELECT CAST(extract(hour FROM o.paid_at AT TIME ZONE p.timezone) AS int) AS local_hour,
           CAST(extract(epoch FROM o.pick_started_at - o.paid_at) / 60 AS double precision) AS wait_minutes,
           extract(epoch FROM o.picked_at - o.pick_started_at) / 60 AS picking_minutes,
           extract(epoch FROM o.packed_at - o.picked_at) / 60 AS packing_minutes
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.packed_at >= (SELECT period_start('{{ period }}'))
), by_hour AS (
    SELECT local_hour,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_minutes) AS median_wait_minutes,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_minutes) AS p90_wait_minutes,
           avg(picking_minutes) AS picking_minutes,
           avg(packing_minutes) AS packing_minutes
    FROM picks
    GROUP BY local_hour
)
-- A logarithmic axis has no zero: what rounds to nothing is a gap, as is an hour without an order.
SELECT h AS local_hour,
       nullif(round(b.median_wait_minutes::numeric, 1), 0) AS median_wait_minutes,
       nullif(round(b.p90_wait_minutes::numeric, 1), 0) AS p90_wait_minutes,
       nullif(round(b.picking_minutes, 1), 0) AS picking_minutes,
       nullif(round(b.packing_minutes, 1), 0) AS packing_minutes
FROM generate_series(0, 23) AS h
LEFT JOIN by_hour b ON b.local_hour = h
ORDER BY h
