-- title: Bought together
-- question: Which two products are in one basket more often than by chance?
-- grain: one row a pair of products, the twenty of the highest lift
SELECT product_a AS product,
       product_b AS and_product,
       orders_with_both AS orders_together,
       ROUND(100 * confidence_a_to_b, 2) AS confidence_percent,
       ROUND(lift, 1) AS lift
FROM basket_pairs
ORDER BY basket_pairs.lift DESC, orders_with_both DESC, product_a_id, product_b_id
LIMIT 20
