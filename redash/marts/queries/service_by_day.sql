-- title: Promises kept by day
-- question: Are parcels there when they were promised, from city to city?
-- grain: one row a local day and city, complete days only
SELECT day,
       city,
       ROUND(100 * SUM(on_time) / SUM(promised), 2) AS on_time_percent,
       SUM(promised) AS promised
FROM delivery_service
WHERE is_complete
GROUP BY day, city
ORDER BY day, city
