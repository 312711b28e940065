-- title: Customers of the period
-- question: Who bought, who came back, and were they pleased?
-- grain: one row

-- A new buyer registered in the period.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), buyers AS (
    SELECT o.customer_id, count(*) AS orders
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.placed_at >= (SELECT period_start('{{ period }}'))
      AND o.paid_at IS NOT NULL
    GROUP BY o.customer_id
), people AS (
    SELECT count(*) AS buyers,
           count(*) FILTER (WHERE c.registered_at >= (SELECT period_start('{{ period }}'))) AS new_buyers,
           count(*) FILTER (WHERE b.orders > 1) AS repeat_buyers
    FROM buyers b
    JOIN customers c USING (customer_id)
), ratings AS (
    SELECT count(*) AS reviews, avg(r.rating) AS rating
    FROM reviews r
    WHERE r.created_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a review's id are its city.
      AND r.review_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
)
SELECT p.buyers,
       p.new_buyers,
       round(coalesce(100.0 * p.new_buyers / nullif(p.buyers, 0), 0), 1) AS new_buyers_percent,
       round(coalesce(100.0 * p.repeat_buyers / nullif(p.buyers, 0), 0), 1) AS repeat_buyers_percent,
       r.reviews,
       round(coalesce(r.rating, 0), 2) AS mean_rating,
       CASE WHEN r.reviews > 0 THEN 4.0 END AS rating_goal
FROM people p
CROSS JOIN ratings r
