-- title: Conversion over time
-- question: Is the shop converting better or worse? By the UTC time at which visits began.
-- grain: one row an hour, six hours or day, by the length of the period
WITH visits AS (
    SELECT date_bin((SELECT period_step('{{ period }}')), s.started_at, '2000-01-01 00:00Z') AS step,
           count(*) AS sessions,
           count(*) FILTER (WHERE s.outcome NOT IN ('bounced', 'browsed')) AS carts,
           count(*) FILTER (WHERE s.outcome = 'ordered') AS paid_orders
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IS NOT NULL
    GROUP BY 1
)
SELECT v.step AS step_utc,
       v.sessions,
       round(100.0 * v.paid_orders / v.sessions, 2) AS conversion_percent,
       3.0 AS goal_percent,
       round(100.0 * (v.carts - v.paid_orders) / nullif(v.carts, 0), 1) AS abandonment_percent
FROM visits v
-- Full steps only: one cut off by now would look like a drop.
JOIN period_steps('{{ period }}') g ON g.starts_at = v.step
ORDER BY v.step
