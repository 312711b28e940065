-- title: Segments of customers
-- question: Whom does the shop live on, and whom may it lose?
-- grain: one row a segment of customers who have ordered
SELECT rfm_segment AS segment,
       COUNT(*) AS customers,
       ROUND(100 * COUNT(*) / SUM(COUNT(*)) OVER (), 1) AS customers_percent,
       ROUND(100 * SUM(revenue) / SUM(SUM(revenue)) OVER (), 1) AS revenue_percent,
       ROUND(SUM(revenue) / SUM(orders), 2) AS average_check
FROM customer_behaviour
WHERE orders > 0
GROUP BY rfm_segment
ORDER BY SUM(revenue) DESC
