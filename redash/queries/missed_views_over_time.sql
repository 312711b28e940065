-- title: Demand that met an empty shelf
-- question: When do shoppers find products sold out? Product views that met an empty shelf, UTC.
-- grain: one row an hour, six hours or day, by the length of the period
WITH missed AS (
    -- Every step is of whole quarters of an hour.
    SELECT date_bin((SELECT period_step('{{ period }}')), v.quarter_at, '2000-01-01 00:00Z') AS step,
           sum(v.missed_views) AS missed_views
    FROM views_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY 1
), steps AS (
    -- Full steps only: one cut off by now would look like a drop.
    SELECT g.starts_at,
           coalesce(m.missed_views, 0) AS missed_views,
           incidents_during('{{ city }}', g.starts_at, g.ends_at) AS incident
    FROM period_steps('{{ period }}') g
    LEFT JOIN missed m ON m.step = g.starts_at
)
SELECT starts_at AS step_utc,
       missed_views,
       CASE WHEN incident IS NOT NULL THEN max(missed_views) OVER () END AS incident_at,
       coalesce(incident, '') AS incident
FROM steps
ORDER BY starts_at
