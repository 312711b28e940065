-- The milestones of orders after the first, which orders tells of.
SELECT 'order.' || c.status AS type, c.changed_at AS occurred_at, c.order_id::text AS key, c.order_id::text AS entity,
       CASE c.status
           WHEN 'picked' THEN row_to_json(picked)
           WHEN 'packed' THEN row_to_json(packed)
           WHEN 'delivered' THEN row_to_json(delivered)
           WHEN 'cancelled' THEN row_to_json(cancelled)
           ELSE row_to_json(d)
       END AS data
FROM order_status_changes c
JOIN orders o ON o.order_id = c.order_id
CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.warehouse_id) d
CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.warehouse_id, o.pick_started_at) picked
CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.warehouse_id, o.pack_started_at) packed
CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.warehouse_id, o.promised_at) delivered
CROSS JOIN LATERAL (SELECT o.order_id, o.customer_id, o.warehouse_id, o.cancel_reason) cancelled
WHERE c.changed_at >= %(since)s AND c.changed_at < %(until)s
  AND c.status <> 'placed'
