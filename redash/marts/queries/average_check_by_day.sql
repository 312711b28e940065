-- title: Average check by day
-- question: Does the usual order grow, and do newcomers give less?
-- grain: one row a local day and kind of customer, complete days only, all cities together
SELECT day,
       CASE customer_kind WHEN 'new' THEN 'New customers' ELSE 'Returning customers' END AS customers,
       ROUND(SUM(revenue) / SUM(orders), 2) AS average_check,
       SUM(orders) AS orders
FROM average_check
WHERE is_complete
GROUP BY day, customer_kind
ORDER BY day, customer_kind
