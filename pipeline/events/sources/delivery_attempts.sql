-- Attempts to hand a parcel over.
SELECT 'parcel.delivery_attempted' AS type, a.attempted_at AS occurred_at,
       a.delivery_id || '.' || a.attempt_no AS key, p.order_id::text AS entity, row_to_json(d) AS data
FROM delivery_attempts a
JOIN deliveries p ON p.delivery_id = a.delivery_id
CROSS JOIN LATERAL (SELECT a.delivery_id, p.order_id, a.attempt_no, a.trip_id, a.outcome) d
WHERE a.attempted_at >= %(since)s AND a.attempted_at < %(until)s
