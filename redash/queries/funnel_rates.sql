-- title: Visits of the period
-- question: How well do visits become orders?
-- grain: one row

-- Visits begun in the period that have ended.
WITH outcomes AS (
    SELECT coalesce(sum(v.sessions), 0) AS sessions,
           coalesce(sum(v.carts), 0) AS carts,
           coalesce(sum(v.carts - v.cart_abandoned), 0) AS checkouts,
           coalesce(sum(v.ordered), 0) AS paid_orders
    FROM visits_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
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
