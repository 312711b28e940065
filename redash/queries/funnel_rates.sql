-- title: Funnel rates
-- question: How well do visits become orders?
-- grain: one row

-- Visits begun in the period that have ended.
WITH outcomes AS (
    SELECT count(*) AS sessions,
           count(*) FILTER (WHERE s.outcome NOT IN ('bounced', 'browsed')) AS carts,
           count(*) FILTER (WHERE s.outcome IN ('checkout_abandoned', 'payment_failed', 'ordered')) AS checkouts,
           count(*) FILTER (WHERE s.outcome = 'ordered') AS paid_orders
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IS NOT NULL
)
SELECT sessions,
       carts,
       checkouts,
       paid_orders,
       round(coalesce(100.0 * paid_orders / nullif(sessions, 0), 0), 2) AS conversion_percent,
       CASE WHEN sessions > 0 THEN 3.0 END AS conversion_goal_percent,
       round(coalesce(100.0 * paid_orders / nullif(carts, 0), 0), 1) AS carts_paid_percent,
       CASE WHEN carts > 0 THEN 30.0 END AS carts_paid_goal_percent,
       round(coalesce(100.0 * paid_orders / nullif(checkouts, 0), 0), 1) AS checkouts_paid_percent,
       CASE WHEN checkouts > 0 THEN 50.0 END AS checkouts_paid_goal_percent
FROM outcomes
