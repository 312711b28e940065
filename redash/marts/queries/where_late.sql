-- title: Where the late parcels were
-- question: Where was what came late when its time was up?
-- grain: one row a city and place, over all days that are there
SELECT city, 'not picked yet' AS place, SUM(late_not_picked) AS late FROM delivery_service GROUP BY city
UNION ALL
SELECT city, 'in the warehouse', SUM(late_in_warehouse) FROM delivery_service GROUP BY city
UNION ALL
SELECT city, 'waiting for a courier', SUM(late_at_dock) FROM delivery_service GROUP BY city
UNION ALL
SELECT city, 'on the road', SUM(late_on_road) FROM delivery_service GROUP BY city
UNION ALL
SELECT city, 'after nobody opened', SUM(late_after_failed_attempt) FROM delivery_service GROUP BY city
ORDER BY city, place
