-- title: The best-rated products
-- question: What pleases most, when few reviews count less?
-- grain: one row a product, the twenty best of the latest month that has reviews
SELECT product,
       category,
       reviews,
       ROUND(mean_rating, 2) AS mean_rating,
       ROUND(shrunken_rating, 2) AS shrunken_rating,
       units_sold,
       ROUND(100 * return_share, 1) AS returned_percent
FROM product_rating
WHERE month = (SELECT MAX(month) FROM product_rating WHERE reviews > 0)
  AND reviews > 0
ORDER BY product_rating.shrunken_rating DESC, reviews DESC, product_id
LIMIT 20
