-- title: Revenue per hour
-- question: Is this hour better than usual? Last 24 full hours, UTC; usual is the mean of the seven days before.
-- grain: one row an hour and series, and one an hour with an incident
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), hours AS (
    SELECT hour
    FROM (SELECT date_trunc('hour', sim_now(), 'UTC') AS this_hour) clock
    CROSS JOIN generate_series(this_hour - interval '24 hours', this_hour - interval '1 hour',
                               interval '1 hour') AS hour
    WHERE hour >= period_start('Everything')
), days AS (
    -- Each of those hours again on the days before, as far back as the run goes.
    SELECT h.hour, ago, h.hour - ago * interval '24 hours' AS hour_then
    FROM hours h
    CROSS JOIN generate_series(0, 7) AS ago
    WHERE h.hour - ago * interval '24 hours' >= period_start('Everything')
), revenue AS (
    SELECT date_trunc('hour', o.placed_at, 'UTC') AS hour_then, sum(o.total) AS revenue
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.placed_at >= (SELECT min(hour_then) FROM days)
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY 1
), lines AS (
    SELECT d.hour,
           CASE WHEN d.ago = 0 THEN 'Last 24 hours' ELSE 'Usual' END || ', ' || currency() AS series,
           round(avg(coalesce(r.revenue, 0)), 2) AS revenue
    FROM days d
    LEFT JOIN revenue r USING (hour_then)
    GROUP BY 1, 2
), marks AS (
    SELECT hour,
           incidents_during('{{ city }}', hour, hour + interval '1 hour') AS incident,
           max(max(revenue)) OVER () AS most
    FROM lines
    GROUP BY hour
)
SELECT hour AS hour_utc, series, revenue, '' AS incident FROM lines
UNION ALL
SELECT hour, 'Incident', round(most), incident FROM marks WHERE incident IS NOT NULL
ORDER BY hour_utc, series
