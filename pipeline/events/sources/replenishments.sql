-- Orders to suppliers, and their arrival.
SELECT 'stock.reordered' AS type, r.ordered_at AS occurred_at, r.replenishment_id::text AS key,
       r.warehouse_id || '.' || r.product_id AS entity, row_to_json(d) AS data
FROM replenishments r
CROSS JOIN LATERAL (SELECT r.replenishment_id, r.warehouse_id, r.product_id, r.quantity, r.due_at) d
WHERE r.ordered_at >= %(since)s AND r.ordered_at < %(until)s
UNION ALL
SELECT 'stock.received', r.received_at, r.replenishment_id::text, r.warehouse_id || '.' || r.product_id, row_to_json(d)
FROM replenishments r
CROSS JOIN LATERAL (SELECT r.replenishment_id, r.warehouse_id, r.product_id, r.quantity, r.ordered_at) d
WHERE r.received_at >= %(since)s AND r.received_at < %(until)s
