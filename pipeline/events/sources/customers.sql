-- Registrations. What a customer is now (tier, points) changes, so it is not of this moment.
SELECT 'customer.registered' AS type, c.registered_at AS occurred_at, c.customer_id::text AS key,
       c.customer_id::text AS entity, row_to_json(d) AS data
FROM customers c
CROSS JOIN LATERAL (SELECT c.customer_id, c.city_id, c.full_name, c.email, c.registered_by) d
WHERE c.registered_at >= %(since)s AND c.registered_at < %(until)s
