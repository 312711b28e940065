/*
question: Which products are bought together more often than by chance?
grain: One row a pair of products that were in the same order at least five times, the one with the smaller id first.
about: |
  Support, confidence and lift of the rule "who buys A buys B" over all orders paid and not cancelled by as_of
  (support and confidence as in R. Agrawal, T. Imielinski, A. Swami, Mining Association Rules between Sets of Items in
  Large Databases, SIGMOD 1993; lift, there called interest, as in S. Brin, R. Motwani, J. Ullman, S. Tsur, Dynamic
  Itemset Counting, SIGMOD 1997). A lift of 1 is what independent buyers would give. Pairs seen fewer than five times
  are left out: of these it is mostly chance that they were seen at all.
key: [product_a_id, product_b_id]
reads: [orders, order_items, products]
may_be_empty: true
columns:
  product_a_id: bigint, the product with the smaller id
  product_b_id: bigint, the other product
  product_a: text(200), name of the former
  product_b: text(200), name of the latter
  orders_with_both: bigint, orders that have both; at least five
  orders_with_a: bigint, orders that have product a
  orders_with_b: bigint, orders that have product b
  support: decimal(9,8), orders_with_both / all orders, 0 to 1
  confidence_a_to_b: "decimal(7,6), orders_with_both / orders_with_a: of who bought a, the share that bought b, 0 to 1"
  confidence_b_to_a: "decimal(7,6), orders_with_both / orders_with_b: of who bought b, the share that bought a, 0 to 1"
  lift: "decimal(14,4), confidence_a_to_b / share of all orders with b: above 1 more often together than by chance"
checks:
  largest_support:
    mart: SELECT MAX(orders_with_both) FROM {mart}
    source: >-
      SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM order_items a JOIN order_items b ON b.order_id = a.order_id
      JOIN orders o ON o.order_id = a.order_id WHERE a.product_id < b.product_id AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL GROUP BY a.product_id, b.product_id HAVING COUNT(*) >= 5) pairs
*/
WITH sold AS (
    SELECT i.order_id, i.product_id
    FROM order_items i
    JOIN orders o ON o.order_id = i.order_id
    WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
), everything AS (
    SELECT COUNT(*) AS orders
    FROM orders
    WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
), singles AS (
    SELECT s.product_id, p.name, COUNT(*) AS orders
    FROM sold s
    JOIN products p ON p.product_id = s.product_id
    GROUP BY s.product_id, p.name
), pairs AS (
    SELECT a.product_id AS product_a_id, b.product_id AS product_b_id, COUNT(*) AS orders_with_both
    FROM sold a
    JOIN sold b ON b.order_id = a.order_id AND b.product_id > a.product_id
    GROUP BY a.product_id, b.product_id
    HAVING COUNT(*) >= 5
)
SELECT p.product_a_id, p.product_b_id, a.name AS product_a, b.name AS product_b, p.orders_with_both,
       a.orders AS orders_with_a, b.orders AS orders_with_b,
       CAST(p.orders_with_both / e.orders AS DECIMAL(9, 8)) AS support,
       CAST(p.orders_with_both / a.orders AS DECIMAL(7, 6)) AS confidence_a_to_b,
       CAST(p.orders_with_both / b.orders AS DECIMAL(7, 6)) AS confidence_b_to_a,
       CAST((p.orders_with_both * e.orders) / (a.orders * b.orders) AS DECIMAL(14, 4)) AS lift
FROM pairs p
JOIN singles a ON a.product_id = p.product_a_id
JOIN singles b ON b.product_id = p.product_b_id
CROSS JOIN everything e
