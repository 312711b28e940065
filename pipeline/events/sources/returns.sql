-- What customers send back: when they ask for it, and when they have their money.
SELECT 'return.requested' AS type, r.requested_at AS occurred_at, r.return_id::text AS key, r.order_id::text AS entity,
       row_to_json(d) AS data
FROM returns r
CROSS JOIN LATERAL (SELECT r.return_id, r.order_id, r.product_id, r.quantity, r.reason) d
WHERE r.requested_at >= %(since)s AND r.requested_at < %(until)s
UNION ALL
SELECT 'return.refunded', r.refunded_at, r.return_id::text, r.order_id::text, row_to_json(d)
FROM returns r
CROSS JOIN LATERAL (SELECT r.return_id, r.order_id, r.product_id, r.quantity, r.refund_amount) d
WHERE r.refunded_at >= %(since)s AND r.refunded_at < %(until)s
