-- Addresses, when their customer gave them.
SELECT 'customer.address_added' AS type, a.created_at AS occurred_at, a.address_id::text AS key,
       a.customer_id::text AS entity, row_to_json(d) AS data
FROM addresses a
CROSS JOIN LATERAL (SELECT a.address_id, a.customer_id, a.street, a.postal_code, a.latitude, a.longitude) d
WHERE a.created_at >= %(since)s AND a.created_at < %(until)s
