-- title: Best sellers today
-- question: What brings most revenue since local midnight, and is any left?
-- grain: one row a product, the best twenty
WITH today AS MATERIALIZED (
    SELECT w.warehouse_id, date_trunc('day', sim_now(), c.timezone) AS midnight
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), best AS (
    SELECT i.product_id, sum(i.quantity) AS units, sum(i.quantity * i.unit_price) AS revenue
    FROM orders o
    JOIN today t USING (warehouse_id)
    JOIN order_items i USING (order_id)
    WHERE o.placed_at >= (SELECT sim_now()) - interval '26 hours'
      AND o.placed_at >= t.midnight
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY i.product_id
    ORDER BY revenue DESC, i.product_id
    LIMIT 20
)
SELECT p.name AS product,
       c.name AS category,
       b.units,
       b.revenue,
       coalesce(currency(), '') AS currency,
       coalesce(currency() || U&'\00A0', '') || to_char(b.revenue, 'FM999,999,999,990') AS revenue_shown,
       (SELECT sum(s.on_hand - s.reserved)
        FROM inventory s JOIN today USING (warehouse_id)
        WHERE s.product_id = b.product_id) AS units_left
FROM best b
JOIN products p USING (product_id)
JOIN categories c USING (category_id)
ORDER BY b.revenue DESC, p.name
