-- Couriers' working times, at their beginning and at their end.
SELECT 'shift.started' AS type, s.started_at AS occurred_at, s.shift_id::text AS key, s.courier_id::text AS entity,
       row_to_json(d) AS data
FROM courier_shifts s
CROSS JOIN LATERAL (SELECT s.shift_id, s.courier_id, s.ends_at) d
WHERE s.started_at >= %(since)s AND s.started_at < %(until)s
UNION ALL
SELECT 'shift.ended', s.ended_at, s.shift_id::text, s.courier_id::text, row_to_json(d)
FROM courier_shifts s
CROSS JOIN LATERAL (SELECT s.shift_id, s.courier_id, s.started_at) d
WHERE s.ended_at >= %(since)s AND s.ended_at < %(until)s
