-- title: Orders a customer
-- question: How many customers order once, and how many come again?
-- grain: one row a number of orders, 6 and more together, of customers who have ordered
SELECT CASE WHEN b.orders > 5 THEN '6 and more' ELSE CAST(b.orders AS CHAR) END AS orders_placed,
       COUNT(*) AS customers
FROM customer_behaviour b
WHERE b.orders > 0
GROUP BY orders_placed
ORDER BY MIN(b.orders)
