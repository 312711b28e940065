/*
question: Which products please, month by month, and which come back?
grain: One row a product and calendar month in which it was sold or reviewed.
about: |
  Reviews count in the local month in which they were written, on the clock of the customer's city; what was sold and
  what of it came back by as_of, in the local month in which it was ordered. A product with two reviews of five stars
  is not better than one with a hundred of 4.8, so products are ranked by a mean that is drawn towards that of all
  reviews of the month, as if ten average reviews had been written besides: (10 * mean of all + sum of the stars) /
  (10 + reviews). That is the weighted rating of IMDb's Top 250, with a fixed weight; why drawing in predicts better:
  B. Efron, C. Morris, Stein's Paradox in Statistics, Scientific American 236 (1977).
key: [product_id, month]
reads: [products, categories, reviews, customers, cities, orders, order_items, warehouses, returns, runs, retention]
columns:
  product_id: bigint, the product
  month: date, first day of the month
  product: text(200), name of the product
  category: text(100), name of its category
  reviews: bigint, reviews written in the month
  mean_rating: decimal(5,4) null, mean of their stars, 1 to 5; null without any
  shrunken_rating: decimal(5,4) null, mean drawn towards that of all reviews of the month, 1 to 5; null without any
  reviews_with_words: bigint, reviews that have a text
  share_with_words: decimal(5,4) null, reviews_with_words / reviews, 0 to 1; null without any
  category_rank: int null, place in category and month by shrunken_rating, 1 is the best; null without reviews
  units_sold: bigint, units ordered in the month, in orders paid and not cancelled
  revenue: decimal(18,2), sum of price * quantity of these units, in the shop's currency
  units_returned: bigint, of these units those sent back by as_of
  return_share: decimal(5,4) null, units_returned / units_sold, 0 to 1; null without any sold
  is_complete: boolean, whether all of the month is in it, but returns that still come; compare only such
checks:
  reviews:
    mart: SELECT SUM(reviews) FROM {mart}
    source: SELECT COUNT(*) FROM reviews
  units_sold:
    mart: SELECT SUM(units_sold) FROM {mart}
    source: >-
      SELECT SUM(i.quantity) FROM order_items i JOIN orders o ON o.order_id = i.order_id
      WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
  revenue:
    mart: SELECT SUM(revenue) FROM {mart}
    source: >-
      SELECT SUM(i.unit_price * i.quantity) FROM order_items i JOIN orders o ON o.order_id = i.order_id
      WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
*/
WITH written AS (
    SELECT r.product_id, CAST(DATE_TRUNC('MONTH', FROM_UTC_TIMESTAMP(r.created_at, ci.timezone)) AS DATE) AS month,
           COUNT(*) AS reviews, SUM(r.rating) AS stars, COUNT(r.comment) AS reviews_with_words
    FROM reviews r
    JOIN customers c ON c.customer_id = r.customer_id
    JOIN cities ci ON ci.city_id = c.city_id
    GROUP BY r.product_id, CAST(DATE_TRUNC('MONTH', FROM_UTC_TIMESTAMP(r.created_at, ci.timezone)) AS DATE)
), sold AS (
    SELECT i.product_id, CAST(DATE_TRUNC('MONTH', FROM_UTC_TIMESTAMP(o.placed_at, ci.timezone)) AS DATE) AS month,
           SUM(i.quantity) AS units_sold, SUM(i.unit_price * i.quantity) AS revenue,
           COALESCE(SUM(t.quantity), 0) AS units_returned
    FROM order_items i
    JOIN orders o ON o.order_id = i.order_id
    JOIN warehouses w ON w.warehouse_id = o.warehouse_id
    JOIN cities ci ON ci.city_id = w.city_id
    LEFT JOIN returns t ON t.order_id = i.order_id AND t.product_id = i.product_id
    WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
    GROUP BY i.product_id, CAST(DATE_TRUNC('MONTH', FROM_UTC_TIMESTAMP(o.placed_at, ci.timezone)) AS DATE)
), everything AS (
    SELECT month, SUM(reviews) AS reviews, SUM(stars) AS stars
    FROM written
    GROUP BY month
), clocks AS (
    SELECT MIN(FROM_UTC_TIMESTAMP(:as_of, ci.timezone)) AS now_local,
           MAX(FROM_UTC_TIMESTAMP(s.since, ci.timezone)) AS since_local
    FROM cities ci
    CROSS JOIN (
        SELECT COALESCE(MAX(k.kept_since), MIN(r.epoch)) AS since
        FROM runs r
        LEFT JOIN retention k ON TRUE
    ) s
), rated AS (
    SELECT COALESCE(w.product_id, s.product_id) AS product_id, COALESCE(w.month, s.month) AS month,
           COALESCE(w.reviews, 0) AS reviews, w.stars, COALESCE(w.reviews_with_words, 0) AS reviews_with_words,
           CAST((10 * a.stars + a.reviews * w.stars) / (a.reviews * (10 + w.reviews)) AS DECIMAL(5, 4))
               AS shrunken_rating,
           COALESCE(s.units_sold, 0) AS units_sold, COALESCE(s.revenue, 0) AS revenue,
           COALESCE(s.units_returned, 0) AS units_returned
    FROM written w
    FULL JOIN sold s ON s.product_id = w.product_id AND s.month = w.month
    LEFT JOIN everything a ON a.month = w.month
)
SELECT r.product_id, r.month, p.name AS product, c.name AS category,
       r.reviews,
       CAST(r.stars / NULLIF(r.reviews, 0) AS DECIMAL(5, 4)) AS mean_rating,
       r.shrunken_rating,
       r.reviews_with_words,
       CAST(r.reviews_with_words / NULLIF(r.reviews, 0) AS DECIMAL(5, 4)) AS share_with_words,
       CASE WHEN r.reviews > 0
            THEN RANK() OVER (PARTITION BY r.month, p.category_id ORDER BY r.shrunken_rating DESC NULLS LAST)
       END AS category_rank,
       r.units_sold, r.revenue, r.units_returned,
       CAST(r.units_returned / NULLIF(r.units_sold, 0) AS DECIMAL(5, 4)) AS return_share,
       r.month > CAST(k.since_local AS DATE) AND r.month < CAST(DATE_TRUNC('MONTH', k.now_local) AS DATE) AS is_complete
FROM rated r
JOIN products p ON p.product_id = r.product_id
JOIN categories c ON c.category_id = p.category_id
CROSS JOIN clocks k
