-- title: The latest week in figures
-- question: What did the latest seven complete days bring, and were promises kept?
-- grain: one row
WITH latest AS (
    SELECT MAX(day) AS day FROM average_check WHERE is_complete
), sold AS (
    SELECT SUM(a.orders) AS orders,
           SUM(a.revenue) AS revenue,
           SUM(CASE WHEN a.customer_kind = 'new' THEN a.orders ELSE 0 END) AS first_orders
    FROM average_check a
    CROSS JOIN latest l
    WHERE a.is_complete AND a.day > l.day - INTERVAL 7 DAY
), kept AS (
    SELECT SUM(d.promised) AS promised, SUM(d.on_time) AS on_time
    FROM delivery_service d
    CROSS JOIN latest l
    WHERE d.is_complete AND d.day > l.day - INTERVAL 7 DAY
)
SELECT s.orders,
       s.revenue,
       ROUND(s.revenue / s.orders, 2) AS average_check,
       ROUND(100 * s.first_orders / s.orders, 1) AS first_orders_percent,
       ROUND(100 * k.on_time / k.promised, 1) AS on_time_percent
FROM sold s
CROSS JOIN kept k
