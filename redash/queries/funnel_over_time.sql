-- title: Conversion over time
-- question: Is the shop converting better or worse? By the UTC time at which visits began.
-- grain: one row an hour, six hours or day, by the length of the period
WITH visits AS (
    -- Every step is of whole quarters of an hour.
    SELECT date_bin((SELECT period_step('{{ period }}')), v.quarter_at, '2000-01-01 00:00Z') AS step,
           sum(v.sessions) AS sessions,
           sum(v.carts) AS carts,
           sum(v.ordered) AS paid_orders
    FROM visits_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY 1
), rates AS (
    SELECT v.step,
           v.sessions,
           round(100.0 * v.paid_orders / v.sessions, 2) AS conversion_percent,
           3.0 AS goal_percent,
           round(100.0 * (v.carts - v.paid_orders) / nullif(v.carts, 0), 1) AS abandonment_percent,
           incidents_during('{{ city }}', g.starts_at, g.ends_at) AS incident
    FROM visits v
    -- Full steps only: one cut off by now would look like a drop.
    JOIN period_steps('{{ period }}') g ON g.starts_at = v.step
)
SELECT step AS step_utc,
       sessions,
       conversion_percent,
       goal_percent,
       abandonment_percent,
       CASE WHEN incident IS NOT NULL THEN max(greatest(conversion_percent, goal_percent)) OVER () END AS incident_at,
       coalesce(incident, '') AS incident
FROM rates
ORDER BY step
