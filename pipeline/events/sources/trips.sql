-- Couriers' rounds, when they leave and when they are back.
SELECT 'trip.started' AS type, t.started_at AS occurred_at, t.trip_id::text AS key, t.trip_id::text AS entity,
       row_to_json(d) AS data
FROM trips t
CROSS JOIN LATERAL (SELECT t.trip_id, t.courier_id, t.shift_id, t.stops, t.distance_km) d
WHERE t.started_at >= %(since)s AND t.started_at < %(until)s
UNION ALL
SELECT 'trip.ended', t.ended_at, t.trip_id::text, t.trip_id::text, row_to_json(d)
FROM trips t
CROSS JOIN LATERAL (SELECT t.trip_id, t.courier_id, t.shift_id, t.started_at, t.brought_back) d
WHERE t.ended_at >= %(since)s AND t.ended_at < %(until)s
