-- title: Revenue by category today
-- question: What is being bought today? Lines paid and not cancelled, since local midnight.
-- grain: one row a category
WITH today AS MATERIALIZED (
    SELECT w.warehouse_id, date_trunc('day', sim_now(), c.timezone) AS midnight
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), sold AS (
    SELECT i.product_id, sum(i.quantity) AS units, sum(i.quantity * i.unit_price) AS revenue
    FROM orders o
    JOIN today t USING (warehouse_id)
    JOIN order_items i USING (order_id)
    WHERE o.placed_at >= (SELECT sim_now()) - interval '26 hours'
      AND o.placed_at >= t.midnight
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY i.product_id
)
SELECT c.name AS category,
       coalesce(sum(s.units), 0) AS units,
       coalesce(sum(s.revenue), 0) AS revenue,
       'Revenue, ' || currency() AS money
FROM categories c
JOIN products p USING (category_id)
LEFT JOIN sold s USING (product_id)
GROUP BY c.name
ORDER BY revenue, c.name DESC
