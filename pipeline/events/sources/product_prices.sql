-- Selling prices; the key has the instant in microseconds, since a price has no number.
SELECT 'product.priced' AS type, p.valid_from AS occurred_at,
       p.product_id || '.' || (extract(epoch FROM p.valid_from) * 1000000)::bigint AS key,
       p.product_id::text AS entity, row_to_json(d) AS data
FROM product_prices p
CROSS JOIN LATERAL (SELECT p.product_id, p.price, p.reason) d
WHERE p.valid_from >= %(since)s AND p.valid_from < %(until)s
