-- title: Returns by category
-- question: What is sent back, and why? Of the lines delivered; the latest may still come back.
-- grain: one row a category and reason
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), lines AS (
    SELECT p.category_id, r.reason, count(*) AS lines
    FROM orders o
    JOIN place USING (warehouse_id)
    JOIN order_items i USING (order_id)
    JOIN products p USING (product_id)
    LEFT JOIN returns r ON r.order_id = i.order_id AND r.product_id = i.product_id
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
    GROUP BY 1, 2
), categories_sold AS (
    SELECT category_id,
           sum(lines) AS delivered,
           coalesce(sum(lines) FILTER (WHERE reason IS NOT NULL), 0) AS returned
    FROM lines
    GROUP BY category_id
), reasons (reason, label) AS (
    VALUES ('not_as_described', 'Not as described'), ('damaged', 'Damaged'), ('wrong_size', 'Wrong size'),
           ('changed_mind', 'Changed mind'), ('too_late', 'Too late')
)
SELECT c.name AS category,
       re.label AS reason,
       coalesce(l.lines, 0) AS lines_returned,
       round(100.0 * coalesce(l.lines, 0) / s.delivered, 2) AS returned_percent
FROM categories_sold s
JOIN categories c USING (category_id)
CROSS JOIN reasons re
LEFT JOIN lines l ON l.category_id = s.category_id AND l.reason = re.reason
-- Horizontal bars are drawn from the bottom up: the most returned category ends on top.
ORDER BY s.returned::numeric / s.delivered, c.name DESC, re.label
