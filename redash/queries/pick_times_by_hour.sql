-- title: Time in the warehouse by hour of day
-- question: At which local hours do orders wait, and for whom? Orders paid at night wait for the doors to open.
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
    -- A logarithmic axis has no zero: nothing is shown as less than 0.1 minutes.
    SELECT local_hour,
           greatest(percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_minutes), 0.1) AS median_wait_minutes,
           greatest(percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_minutes), 0.1) AS p90_wait_minutes,
           greatest(avg(picking_minutes), 0.1) AS picking_minutes,
           greatest(avg(packing_minutes), 0.1) AS packing_minutes
    FROM picks
    GROUP BY local_hour
)
-- An hour without an order is a gap.
SELECT h AS local_hour,
       round(b.median_wait_minutes::numeric, 1) AS median_wait_minutes,
       round(b.p90_wait_minutes::numeric, 1) AS p90_wait_minutes,
       round(b.picking_minutes, 1) AS picking_minutes,
       round(b.packing_minutes, 1) AS packing_minutes
FROM generate_series(0, 23) AS h
LEFT JOIN by_hour b ON b.local_hour = h
ORDER BY h
