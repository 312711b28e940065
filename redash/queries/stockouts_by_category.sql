-- title: Time out of stock by category
-- question: Which categories are sold out most? Mean over products and warehouses.
-- grain: one row a category
WITH clock AS (
    SELECT sim_now() AS now, period_start('{{ period }}') AS period_start
), place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), sold_out AS (
    SELECT s.product_id,
           sum(extract(epoch FROM coalesce(s.ended_at, clock.now)
                                  - greatest(s.started_at, clock.period_start))) AS seconds
    FROM stockouts s
    JOIN place USING (warehouse_id)
    CROSS JOIN clock
    WHERE coalesce(s.ended_at, clock.now) > clock.period_start
    GROUP BY s.product_id
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
