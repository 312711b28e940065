-- The steps within a visit, without those that other tables tell of. The number of the step has four digits in the key:
-- steps of one instant and type are in their order then.
SELECT CASE e.event_type
           WHEN 'product_view' THEN 'session.product_viewed'
           WHEN 'add_to_cart' THEN 'session.item_added'
           WHEN 'remove_from_cart' THEN 'session.item_removed'
           WHEN 'cart_restored' THEN 'session.cart_restored'
           WHEN 'checkout' THEN 'session.checkout_started'
       END AS type,
       e.occurred_at, e.session_id || '.' || to_char(e.seq, 'FM0000') AS key, e.session_id::text AS entity,
       CASE e.event_type
           WHEN 'product_view' THEN row_to_json(v)
           WHEN 'checkout' THEN row_to_json(s)
           ELSE row_to_json(p)
       END AS data
FROM session_events e
CROSS JOIN LATERAL (SELECT e.session_id, e.seq) s
CROSS JOIN LATERAL (SELECT e.session_id, e.seq, e.product_id) p
CROSS JOIN LATERAL (SELECT e.session_id, e.seq, e.product_id, e.in_stock) v
WHERE e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
  AND e.event_type NOT IN ('visit', 'order_placed', 'payment_attempt')
