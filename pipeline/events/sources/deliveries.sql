-- Parcels when they are ready to go. Which courier and trip takes one is known of each attempt.
SELECT 'parcel.ready' AS type, p.ready_at AS occurred_at, p.delivery_id::text AS key, p.order_id::text AS entity,
       row_to_json(d) AS data
FROM deliveries p
CROSS JOIN LATERAL (SELECT p.delivery_id, p.order_id, p.promised_at, p.distance_km) d
WHERE p.ready_at >= %(since)s AND p.ready_at < %(until)s
