-- Units that came onto a shelf or left it.
SELECT 'stock.moved' AS type, m.occurred_at, m.movement_id::text AS key, m.warehouse_id || '.' || m.product_id AS entity,
       row_to_json(d) AS data
FROM stock_movements m
CROSS JOIN LATERAL (
    SELECT m.movement_id, m.warehouse_id, m.product_id, m.quantity, m.reason, m.order_id, m.replenishment_id
) d
WHERE m.occurred_at >= %(since)s AND m.occurred_at < %(until)s
