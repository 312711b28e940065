-- title: Checks of the latest complete day
-- question: What does an order come to, from city to city?
-- grain: one row a city and kind of customer, of the latest day that is complete everywhere
SELECT city,
       customer_kind AS customers,
       orders,
       lower_quartile_check AS lower_quartile,
       median_check AS median,
       upper_quartile_check AS upper_quartile,
       average_check AS average
FROM average_check
WHERE day = (
    SELECT MAX(day) FROM (SELECT day FROM average_check GROUP BY day HAVING MIN(is_complete) = 1) AS complete_days
)
ORDER BY city, customer_kind
