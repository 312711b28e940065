WITH lines AS (
    SELECT i.product_id, date_trunc('month', o.placed_at AT TIME ZONE ci.timezone)::date AS month, i.quantity, i.unit_price,
           (SELECT quantity FROM returns r
            WHERE r.order_id = i.order_id AND r.product_id = i.product_id AND r.requested_at < %(as_of)s) AS sent_back
    FROM order_items i
    JOIN orders o USING (order_id)
    JOIN warehouses USING (warehouse_id)
    JOIN cities ci USING (city_id)
    WHERE o.placed_at >= kept_since() AND o.paid_at < %(as_of)s AND coalesce(o.cancelled_at >= %(as_of)s, true)
), stars AS (
    SELECT r.product_id, date_trunc('month', r.created_at AT TIME ZONE ci.timezone)::date AS month, r.rating, r.comment
    FROM reviews r
    JOIN cities ci ON ci.city_id = r.review_id %% 100
    WHERE r.created_at >= kept_since() AND r.created_at < %(as_of)s
), months AS (
    SELECT month, avg(rating) AS mean FROM stars GROUP BY month
), cells AS (
    SELECT product_id, month FROM lines UNION SELECT product_id, month FROM stars
), told AS (
    SELECT c.product_id, c.month, p.category_id, p.name,
           s.n AS reviews, s.mean, round((10 * m.mean + s.total) / (10 + s.n), 4) AS shrunken, s.worded,
           coalesce(l.units, 0) AS units, coalesce(l.revenue, 0) AS revenue, coalesce(l.sent_back, 0) AS sent_back
    FROM cells c
    JOIN products p USING (product_id)
    LEFT JOIN months m USING (month)
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, avg(rating) AS mean, sum(rating) AS total, count(*) FILTER (WHERE comment IS NOT NULL) AS worded
        FROM stars WHERE product_id = c.product_id AND month = c.month) s
    CROSS JOIN LATERAL (
        SELECT sum(quantity) AS units, sum(quantity * unit_price) AS revenue, sum(sent_back) AS sent_back
        FROM lines WHERE product_id = c.product_id AND month = c.month) l
)
SELECT t.product_id, t.month, t.name, ca.name, reviews, round(t.mean, 4), CASE WHEN reviews > 0 THEN shrunken END, worded,
       round(worded::numeric / nullif(reviews, 0), 4),
       CASE WHEN reviews > 0 THEN 1 + (SELECT count(*) FROM told b WHERE b.month = t.month AND b.reviews > 0
            AND b.category_id = t.category_id AND b.shrunken > t.shrunken) END,
       units, revenue, sent_back, round(sent_back::numeric / nullif(units, 0), 4),
       (SELECT bool_and(kept_since() < t.month::timestamp AT TIME ZONE timezone
                        AND t.month < date_trunc('month', %(as_of)s AT TIME ZONE timezone)) FROM cities)
FROM told t
JOIN categories ca USING (category_id)
ORDER BY 1, 2
