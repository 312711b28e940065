-- Visits, at their start and at their end. Who came is said at the start only of those whom the shop knew then: of
-- others the row learns it later.
SELECT 'session.started' AS type, s.started_at AS occurred_at, s.session_id::text AS key, s.session_id::text AS entity,
       row_to_json(d) AS data
FROM sessions s
CROSS JOIN LATERAL (SELECT s.session_id, s.visitor_id,
                           CASE WHEN s.identified_at = s.started_at THEN s.customer_id END AS customer_id,
                           s.city_id, s.warehouse_id, s.channel, s.device) d
WHERE s.started_at >= %(since)s AND s.started_at < %(until)s
UNION ALL
SELECT 'session.ended', s.ended_at, s.session_id::text, s.session_id::text, row_to_json(d)
FROM sessions s
CROSS JOIN LATERAL (SELECT s.session_id, s.customer_id, s.started_at, s.outcome, s.exit_reason) d
WHERE s.ended_at >= %(since)s AND s.ended_at < %(until)s
