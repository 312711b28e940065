-- title: Time out of stock by category
-- question: Which categories are sold out most? Mean over products and warehouses.
-- grain: one row a category
WITH clock AS MATERIALIZED (
    SELECT sim_now() AS now, period_start('{{ period }}') AS period_start
), place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), changes AS (
    -- What can be sold falls when an order is placed and rises when it is cancelled before picking, as in the view
    -- stockouts; but only the period's changes are read, backwards from what is there now.
    SELECT m.warehouse_id, m.product_id, m.occurred_at AS at, m.quantity
    FROM stock_movements m
    WHERE m.reason <> 'sale'
      AND m.occurred_at > (SELECT period_start FROM clock)
    UNION ALL
    SELECT o.warehouse_id, i.product_id, o.placed_at, -i.quantity
    FROM orders o JOIN order_items i USING (order_id)
    WHERE o.placed_at > (SELECT period_start FROM clock)
    UNION ALL
    SELECT o.warehouse_id, i.product_id, o.cancelled_at, i.quantity
    FROM orders o JOIN order_items i USING (order_id)
    WHERE o.cancelled_at > (SELECT period_start FROM clock)
      AND o.picked_at IS NULL
    UNION ALL
    SELECT warehouse_id, product_id, (SELECT period_start FROM clock), 0
    FROM inventory
), levels AS (
    SELECT c.product_id,
           c.at,
           lag(c.at, 1, (SELECT now FROM clock)) OVER backwards AS until,
           i.on_hand - i.reserved - coalesce(sum(c.quantity) OVER backwards - c.quantity, 0) AS available
    FROM changes c
    JOIN place USING (warehouse_id)
    JOIN inventory i USING (warehouse_id, product_id)
    WINDOW backwards AS (PARTITION BY c.warehouse_id, c.product_id ORDER BY c.at DESC ROWS UNBOUNDED PRECEDING)
), sold_out AS (
    SELECT product_id, sum(extract(epoch FROM until - at)) AS seconds
    FROM levels
    WHERE available <= 0
    GROUP BY product_id
), possible AS (
    SELECT nullif(extract(epoch FROM now - period_start) * (SELECT count(*) FROM place), 0) AS seconds FROM clock
)
SELECT c.name AS category,
       round(coalesce(100 * sum(s.seconds) / (count(*) * (SELECT seconds FROM possible)), 0), 2) AS out_of_stock_percent
FROM categories c
JOIN products p USING (category_id)
LEFT JOIN sold_out s USING (product_id)
GROUP BY c.name
ORDER BY out_of_stock_percent, c.name DESC
