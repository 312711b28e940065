-- title: Pickers at work
-- question: How many pickers are busy at each local hour? Mean number of orders being picked at once.
-- grain: one row a warehouse and local hour
WITH clock AS (
    SELECT sim_now() AS now, period_start('{{ period }}') AS period_start
), place AS (
    SELECT w.warehouse_id, w.name AS warehouse, c.timezone
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), work AS (
    -- A pick takes minutes: it counts for the hour in which it began.
    SELECT o.warehouse_id,
           extract(hour FROM o.pick_started_at AT TIME ZONE p.timezone) AS local_hour,
           sum(extract(epoch FROM coalesce(o.picked_at, clock.now) - o.pick_started_at)) / 3600 AS hours
    FROM orders o
    JOIN place p USING (warehouse_id)
    CROSS JOIN clock
    WHERE o.pick_started_at >= (SELECT period_start FROM clock)
    GROUP BY 1, 2
), hours_passed AS (
    -- How often each local hour came round in the period.
    SELECT p.warehouse_id, extract(hour FROM hour AT TIME ZONE p.timezone) AS local_hour, count(*) AS times
    FROM place p
    CROSS JOIN clock
    CROSS JOIN LATERAL generate_series(date_trunc('hour', clock.period_start), clock.now, interval '1 hour') AS hour
    WHERE hour < clock.now
    GROUP BY 1, 2
)
SELECT p.warehouse,
       to_char(h, 'FM00') AS local_hour,
       round(coalesce(w.hours / t.times, 0), 2) AS pickers_busy
FROM place p
CROSS JOIN generate_series(0, 23) AS h
LEFT JOIN work w ON w.warehouse_id = p.warehouse_id AND w.local_hour = h
LEFT JOIN hours_passed t ON t.warehouse_id = p.warehouse_id AND t.local_hour = h
-- Nothing but zeros can't be drawn as a heat map: without a pick it is empty.
WHERE EXISTS (SELECT FROM work w JOIN hours_passed t USING (warehouse_id, local_hour) WHERE w.hours >= 0.01 * t.times)
ORDER BY p.warehouse DESC, h
