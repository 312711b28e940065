-- title: Stars and returns
-- question: Which categories please, and which come back?
-- grain: one row a category, over all months that are there
SELECT category,
       ROUND(SUM(mean_rating * reviews) / NULLIF(SUM(reviews), 0), 2) AS mean_rating,
       SUM(reviews) AS reviews,
       ROUND(100 * SUM(units_returned) / NULLIF(SUM(units_sold), 0), 1) AS returned_percent
FROM product_rating
GROUP BY category
ORDER BY mean_rating DESC, category
