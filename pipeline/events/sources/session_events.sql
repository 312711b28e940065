-- The steps within a visit, without those that other tables tell of. The number of the step has four digits in the key:
-- steps of one instant and type are in their order then.
SELECT CASE e.event_type
           WHEN 'product_view' THEN 'session.product_viewed'
           WHEN 'add_to_cart' THEN 'session.item_added'
           WHEN 'remove_from_cart' THEN 'session.item_removed'
           WHEN 'cart_restored' THEN 'session.cart_restored'
           WHEN 'checkout' THEN 'session.checkout_started'
           WHEN 'sign_in' THEN 'session.signed_in'
           WHEN 'sign_up' THEN 'session.signed_up'
       END AS type,
       e.occurred_at, e.session_id || '.' || to_char(e.seq, 'FM0000') AS key, e.session_id::text AS entity,
       CASE e.event_type
           WHEN 'product_view' THEN row_to_json(v)
           WHEN 'checkout' THEN row_to_json(s)
           WHEN 'sign_in' THEN row_to_json(i)
           WHEN 'sign_up' THEN row_to_json(i)
           ELSE row_to_json(p)
       END AS data
FROM session_events e
LEFT JOIN sessions w ON w.session_id = e.session_id AND e.event_type IN ('sign_in', 'sign_up')
CROSS JOIN LATERAL (SELECT e.session_id, e.seq) s
CROSS JOIN LATERAL (SELECT e.session_id, e.seq, w.visitor_id, w.customer_id) i
CROSS JOIN LATERAL (SELECT e.session_id, e.seq, e.product_id) p
CROSS JOIN LATERAL (SELECT e.session_id, e.seq, e.product_id, e.in_stock) v
WHERE e.occurred_at >= %(since)s AND e.occurred_at < %(until)s
  AND e.event_type NOT IN ('visit', 'order_placed', 'payment_attempt')
