-- Orders as they were submitted, with their lines; how far an order is since is told by order_status_changes.
SELECT 'order.placed' AS type, o.placed_at AS occurred_at, o.order_id::text AS key, o.order_id::text AS entity,
       row_to_json(d) AS data
FROM orders o
CROSS JOIN LATERAL (
    SELECT json_agg(row_to_json(l) ORDER BY l.line_no) AS lines
    FROM (SELECT line_no, product_id, quantity, unit_price FROM order_items WHERE order_id = o.order_id) l
) i
CROSS JOIN LATERAL (
    SELECT o.order_id, o.customer_id, o.cart_id, o.warehouse_id, o.address_id, o.slot_starts_at, o.promised_at, o.subtotal,
           o.discount, o.delivery_fee, o.total, i.lines
) d
WHERE o.placed_at >= %(since)s AND o.placed_at < %(until)s
