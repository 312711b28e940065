-- title: Couriers by hour of day
-- question: Are there enough couriers at each hour? Mean of the days, local hours.
-- grain: one row a local hour
WITH clock AS (
    SELECT sim_now() AS now, period_start('{{ period }}') AS period_start
), staff AS (
    SELECT co.courier_id, c.timezone
    FROM couriers co
    JOIN warehouses w USING (warehouse_id)
    JOIN cities c USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), stretches AS (
    -- Time on shift and time on the road, both to be laid over the hours of the clock.
    SELECT s.timezone, false AS on_the_road, h.started_at, coalesce(h.ended_at, clock.now) AS ended_at
    FROM courier_shifts h JOIN staff s USING (courier_id) CROSS JOIN clock
    WHERE h.started_at >= clock.period_start
    UNION ALL
    SELECT s.timezone, true, t.started_at, coalesce(t.ended_at, clock.now)
    FROM trips t JOIN courier_shifts h USING (shift_id) JOIN staff s ON s.courier_id = h.courier_id CROSS JOIN clock
    WHERE h.started_at >= clock.period_start
), hours AS (
    SELECT extract(hour FROM hour AT TIME ZONE timezone) AS local_hour,
           on_the_road,
           CAST(hour AT TIME ZONE timezone AS date) AS day,
           extract(epoch FROM least(ended_at, hour + interval '1 hour') - greatest(started_at, hour)) / 3600 AS hours
    FROM stretches
    CROSS JOIN LATERAL generate_series(date_trunc('hour', started_at, timezone), ended_at, interval '1 hour') AS hour
), sums AS (
    SELECT local_hour,
           count(DISTINCT day) AS days,
           sum(hours) FILTER (WHERE NOT on_the_road) AS shift_hours,
           coalesce(sum(hours) FILTER (WHERE on_the_road), 0) AS road_hours
    FROM hours
    GROUP BY local_hour
)
SELECT h AS local_hour,
       round(coalesce(s.shift_hours / s.days, 0), 1) AS couriers_on_shift,
       round(coalesce(s.road_hours / s.days, 0), 1) AS couriers_out,
       -- Where hardly anyone is on shift, a share says nothing: the line has a gap.
       CASE WHEN s.shift_hours >= 0.5 * s.days THEN round(100 * s.road_hours / s.shift_hours, 1)
       END AS utilisation_percent
FROM generate_series(0, 23) AS h
LEFT JOIN sums s ON s.local_hour = h
ORDER BY h
