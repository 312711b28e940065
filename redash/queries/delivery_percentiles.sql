-- title: Delivery time over time
-- question: How long do customers wait, and how long do the unlucky? Parcels delivered, UTC; a gap where none was.
-- grain: one row an hour, six hours or day, by the length of the period
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT date_bin((SELECT period_step('{{ period }}')), o.delivered_at, '2000-01-01 00:00Z') AS step,
           CAST(extract(epoch FROM o.delivered_at - o.placed_at) / 3600 AS double precision) AS hours
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
), percentiles AS (
    SELECT step, percentile_cont(ARRAY[0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY hours) AS p
    FROM delivered
    GROUP BY step
), steps AS (
    -- Full steps only: one cut off by now would look like a drop.
    SELECT g.starts_at,
           p.p,
           incidents_during('{{ city }}', g.starts_at, g.ends_at) AS incident,
           max(p.p[3]) OVER () AS most
    FROM period_steps('{{ period }}') g
    LEFT JOIN percentiles p ON p.step = g.starts_at
)
SELECT starts_at AS step_utc,
       round(p[1]::numeric, 2) AS median_hours,
       round(p[2]::numeric, 2) AS p75_hours,
       round(p[3]::numeric, 2) AS p95_hours,
       CASE WHEN incident IS NOT NULL THEN round(most::numeric, 2) END AS incident_at,
       coalesce(incident, '') AS incident
FROM steps
ORDER BY starts_at
