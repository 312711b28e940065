-- Reviews, and the answers of the shop to them.
SELECT 'review.written' AS type, r.created_at AS occurred_at, r.review_id::text AS key, r.product_id::text AS entity,
       row_to_json(d) AS data
FROM reviews r
CROSS JOIN LATERAL (SELECT r.review_id, r.order_id, r.product_id, r.customer_id, r.rating, r.comment) d
WHERE r.created_at >= %(since)s AND r.created_at < %(until)s
UNION ALL
SELECT 'review.answered', r.answered_at, r.review_id::text, r.product_id::text, row_to_json(d)
FROM reviews r
CROSS JOIN LATERAL (SELECT r.review_id, r.product_id, r.answer) d
WHERE r.answered_at >= %(since)s AND r.answered_at < %(until)s
