-- Points that moved, with balance and tier after it: the state at that instant.
SELECT 'points.moved' AS type, t.occurred_at, t.customer_id || '.' || to_char(t.seq, 'FM000000') AS key,
       t.customer_id::text AS entity, row_to_json(d) AS data
FROM loyalty_transactions t
CROSS JOIN LATERAL (SELECT t.customer_id, t.seq, t.order_id, t.points, t.balance, t.tier, t.reason) d
WHERE t.occurred_at >= %(since)s AND t.occurred_at < %(until)s
