-- title: Orders of new and returning customers
-- question: Does the shop live on new or on returning customers? UTC.
-- grain: one row a step of time and kind, and one a step with an incident

-- New is the first paid order of a customer who registered in this run. Steps of time that are not over are left out.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), numbered AS (
    -- Orders are numbered over the whole run, not just the period: the second one is never a first.
    SELECT o.customer_id, o.placed_at, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at) AS n
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.paid_at IS NOT NULL
), kinds AS (
    SELECT date_bin((SELECT period_step('{{ period }}')), o.placed_at, '2000-01-01 00:00Z') AS step,
           o.n = 1 AND c.registered_at >= (SELECT period_start('Everything')) AS is_new,
           count(*) AS orders
    FROM numbered o
    JOIN customers c USING (customer_id)
    WHERE o.placed_at >= (SELECT period_start('{{ period }}'))
    GROUP BY 1, 2
), counts AS (
    -- Full steps only: one cut off by now would look like a drop.
    SELECT g.starts_at, g.ends_at, k.is_new, coalesce(n.orders, 0) AS orders
    FROM period_steps('{{ period }}') g
    CROSS JOIN (VALUES (false), (true)) AS k (is_new)
    LEFT JOIN kinds n ON n.step = g.starts_at AND n.is_new = k.is_new
), steps AS (
    SELECT starts_at,
           incidents_during('{{ city }}', starts_at, ends_at) AS incident,
           max(sum(orders)) OVER () AS most
    FROM counts
    GROUP BY starts_at, ends_at
)
SELECT starts_at AS step_utc,
       CASE WHEN is_new THEN 'New customers' ELSE 'Returning customers' END AS kind,
       orders,
       '' AS incident
FROM counts
UNION ALL
SELECT starts_at, 'Incident', most, incident FROM steps WHERE incident IS NOT NULL
ORDER BY 1, 2 DESC
