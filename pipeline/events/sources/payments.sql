-- Payment attempts and refunds: a row never changes.
SELECT 'payment.attempted' AS type, p.attempted_at AS occurred_at, p.payment_id::text AS key, p.order_id::text AS entity,
       row_to_json(d) AS data
FROM payments p
CROSS JOIN LATERAL (SELECT p.payment_id, p.order_id, p.method, p.amount, p.status, p.decline_reason) d
WHERE p.attempted_at >= %(since)s AND p.attempted_at < %(until)s
