-- What always holds, at every commit. One query an invariant; each returns the rows that break it, so none is good.
-- `python -m sim check` and the tests run them all. The queries trust no constraint: they find the broken rows of a
-- database that was loaded without any. Where the past was cut off (--keep), sums and chains begin with what is carried
-- from it in schema sim.

-- time ----------------------------------------------------------------------------------------------------------------

-- The query of the first, and most of that of ids_name_their_city, are made from the tables, by `make schema`.

-- name: nothing_after_sim_now
-- No event lies after sim_now(); only promises and due dates may.
SELECT latest.*, sim_now() AS sim_now
FROM (
    SELECT 'product_prices' AS table_name, max(valid_from) AS latest_event FROM product_prices
    UNION ALL SELECT 'couriers', max(hired_at) FROM couriers
    UNION ALL SELECT 'customers', max(registered_at) FROM customers
    UNION ALL SELECT 'customer_devices', greatest(max(added_at), max(signed_in_at)) FROM customer_devices
    UNION ALL SELECT 'addresses', max(created_at) FROM addresses
    UNION ALL SELECT 'loyalty_transactions', max(occurred_at) FROM loyalty_transactions
    UNION ALL SELECT 'sessions', greatest(max(started_at), max(ended_at), max(identified_at)) FROM sessions
    UNION ALL SELECT 'session_events', max(occurred_at) FROM session_events
    UNION ALL SELECT 'carts', greatest(max(created_at), max(closed_at)) FROM carts
    UNION ALL SELECT 'cart_items', greatest(max(added_at), max(removed_at)) FROM cart_items
    UNION ALL SELECT 'orders', greatest(max(placed_at), max(paid_at), max(pick_started_at), max(picked_at),
        max(pack_started_at), max(packed_at), max(dispatched_at), max(delivered_at), max(cancelled_at))
        FROM orders
    UNION ALL SELECT 'order_status_changes', max(changed_at) FROM order_status_changes
    UNION ALL SELECT 'payments', max(attempted_at) FROM payments
    UNION ALL SELECT 'stock_movements', max(occurred_at) FROM stock_movements
    UNION ALL SELECT 'replenishments', greatest(max(ordered_at), max(received_at)) FROM replenishments
    UNION ALL SELECT 'courier_shifts', greatest(max(started_at), max(ended_at)) FROM courier_shifts
    UNION ALL SELECT 'trips', greatest(max(started_at), max(ended_at)) FROM trips
    UNION ALL SELECT 'deliveries', greatest(max(ready_at), max(dispatched_at), max(delivered_at)) FROM deliveries
    UNION ALL SELECT 'delivery_attempts', max(attempted_at) FROM delivery_attempts
    UNION ALL SELECT 'reviews', greatest(max(created_at), max(answered_at)) FROM reviews
    UNION ALL SELECT 'returns', greatest(max(requested_at), max(refunded_at)) FROM returns
    UNION ALL SELECT 'survey_answers', max(answered_at) FROM survey_answers
    UNION ALL SELECT 'truth.satisfaction_changes', max(occurred_at) FROM truth.satisfaction_changes
) latest
WHERE latest_event > sim_now();

-- name: nothing_stuck
-- Nothing stands open for absurdly long at sim_now().
SELECT stuck.*
FROM (
    SELECT 'session' AS what, session_id AS id, started_at AS since, interval '1 day' AS allowed
    FROM sessions WHERE ended_at IS NULL
    UNION ALL SELECT 'cart', cart_id, created_at, interval '1 day' FROM carts WHERE closed_at IS NULL
    UNION ALL SELECT 'order not paid', order_id, placed_at, interval '2 days'
    FROM orders WHERE paid_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'order waiting for a picker', order_id, paid_at, interval '7 days'
    FROM orders WHERE paid_at IS NOT NULL AND pick_started_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'order being picked', order_id, pick_started_at, interval '1 day'
    FROM orders WHERE pick_started_at IS NOT NULL AND picked_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'order waiting for or at packing', order_id, picked_at, interval '2 days'
    FROM orders WHERE picked_at IS NOT NULL AND packed_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'order on the dock', order_id, packed_at, interval '7 days'
    FROM orders WHERE packed_at IS NOT NULL AND dispatched_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'order on the road', order_id, dispatched_at, interval '14 days'
    FROM orders WHERE dispatched_at IS NOT NULL AND delivered_at IS NULL AND cancelled_at IS NULL
    UNION ALL SELECT 'trip', trip_id, started_at, interval '1 day' FROM trips WHERE ended_at IS NULL
    UNION ALL SELECT 'shift', shift_id, ends_at, interval '1 day' FROM courier_shifts WHERE ended_at IS NULL
    UNION ALL SELECT 'replenishment', replenishment_id, due_at, interval '10 days'
    FROM replenishments WHERE received_at IS NULL
    UNION ALL SELECT 'return not refunded', return_id, requested_at, interval '60 days'
    FROM returns WHERE refunded_at IS NULL
    UNION ALL SELECT 'cancelled order not refunded', o.order_id, o.cancelled_at, interval '30 days'
    FROM orders o
    WHERE o.cancelled_at IS NOT NULL AND o.paid_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.order_id AND p.status = 'refunded')
) stuck
WHERE stuck.since + stuck.allowed < (SELECT sim_now());

-- name: chapters_follow_one_another
-- Chapters are numbered 1, 2, 3 …; each begins where the one before it had come to, with its seed, market and epoch.
SELECT c.*
FROM (
    SELECT run_id, began_at, epoch, seed, market,
           lag(run_id, 1, 0::bigint) OVER chapters AS previous_run_id, lag(sim_now, 1, epoch) OVER chapters AS came_to,
           lag((epoch, seed, market)) OVER chapters AS previous_world
    FROM sim.runs
    WINDOW chapters AS (ORDER BY run_id)
) c
WHERE c.run_id <> c.previous_run_id + 1 OR c.began_at <> c.came_to OR (c.epoch, c.seed, c.market) <> c.previous_world;

-- name: ids_name_their_city
-- The last two digits of an id are its city (a warehouse's id is its city's * 10 and a number).
SELECT named.*
FROM (
    SELECT 'couriers' AS table_name, couriers.courier_id AS id, city_id FROM couriers JOIN warehouses USING
        (warehouse_id)
    UNION ALL SELECT 'customers', customers.customer_id, city_id FROM customers
    UNION ALL SELECT 'addresses', addresses.address_id, city_id FROM addresses JOIN customers USING (customer_id)
    UNION ALL SELECT 'sessions', sessions.session_id, city_id FROM sessions
    UNION ALL SELECT 'carts', carts.cart_id, city_id FROM carts JOIN sessions USING (session_id)
    UNION ALL SELECT 'orders', orders.order_id, city_id FROM orders JOIN customers USING (customer_id)
    UNION ALL SELECT 'payments', payments.payment_id, city_id FROM payments JOIN orders USING (order_id) JOIN customers
        USING (customer_id)
    UNION ALL SELECT 'stock_movements', stock_movements.movement_id, city_id FROM stock_movements JOIN inventory USING
        (warehouse_id, product_id) JOIN warehouses USING (warehouse_id)
    UNION ALL SELECT 'replenishments', replenishments.replenishment_id, city_id FROM replenishments JOIN inventory USING
        (warehouse_id, product_id) JOIN warehouses USING (warehouse_id)
    UNION ALL SELECT 'courier_shifts', courier_shifts.shift_id, city_id FROM courier_shifts JOIN couriers USING
        (courier_id) JOIN warehouses USING (warehouse_id)
    UNION ALL SELECT 'trips', trips.trip_id, city_id FROM trips JOIN couriers USING (courier_id) JOIN warehouses USING
        (warehouse_id)
    UNION ALL SELECT 'deliveries', deliveries.delivery_id, city_id FROM deliveries JOIN orders USING (order_id) JOIN
        customers USING (customer_id)
    UNION ALL SELECT 'reviews', reviews.review_id, city_id FROM reviews JOIN customers USING (customer_id)
    UNION ALL SELECT 'returns', returns.return_id, city_id FROM returns JOIN order_items USING (order_id, product_id)
        JOIN orders USING (order_id) JOIN customers USING (customer_id)
) named
WHERE named.id % 100 <> named.city_id
UNION ALL
SELECT 'warehouses', warehouse_id, city_id FROM warehouses WHERE warehouse_id / 10 <> city_id;

-- name: nothing_crosses_cities
-- A session's warehouse and customer are of its city, and so are a courier and the parcels carried.
SELECT 'session' AS what, s.session_id AS id, s.city_id, w.city_id AS warehouse_city, c.city_id AS customer_city
FROM sessions s JOIN warehouses w USING (warehouse_id) LEFT JOIN customers c USING (customer_id)
WHERE w.city_id <> s.city_id OR c.city_id <> s.city_id
UNION ALL
SELECT 'delivery', d.delivery_id, w.city_id, cw.city_id, NULL
FROM deliveries d JOIN orders o USING (order_id) JOIN warehouses w ON w.warehouse_id = o.warehouse_id
JOIN couriers c ON c.courier_id = d.courier_id JOIN warehouses cw ON cw.warehouse_id = c.warehouse_id
WHERE cw.city_id <> w.city_id;

-- funnel --------------------------------------------------------------------------------------------------------------

-- name: session_events_in_sequence
-- A session's events are numbered 1, 2, 3 …, begin with the visit, never go back in time and lie within the session.
SELECT e.*
FROM (
    SELECT session_id, seq, event_type, occurred_at,
           lag(seq, 1, 0) OVER steps AS previous_seq, lag(occurred_at) OVER steps AS previous_at
    FROM session_events
    WINDOW steps AS (PARTITION BY session_id ORDER BY seq)
) e
JOIN sessions s USING (session_id)
WHERE e.seq <> e.previous_seq + 1 OR e.occurred_at < e.previous_at OR (e.seq = 1) <> (e.event_type = 'visit')
   OR e.occurred_at < s.started_at OR e.occurred_at > s.ended_at;

-- name: every_session_begins_with_a_visit
-- Every session has its first event.
SELECT s.session_id, s.started_at
FROM sessions s
WHERE NOT EXISTS (SELECT FROM session_events e WHERE e.session_id = s.session_id AND e.seq = 1);

-- name: session_outcome_agrees_with_events
-- A session's outcome is how far its events, cart and order came.
SELECT s.session_id, s.outcome, c.cart_id, o.order_id, o.paid_at, e.viewed, e.checked_out, e.placed
FROM sessions s
LEFT JOIN (
    SELECT session_id,
           bool_or(event_type = 'product_view') AS viewed,
           bool_or(event_type = 'checkout') AS checked_out,
           bool_or(event_type = 'order_placed') AS placed
    FROM session_events
    WHERE event_type IN ('product_view', 'checkout', 'order_placed')
    GROUP BY session_id
) e USING (session_id)
LEFT JOIN carts c USING (session_id)
LEFT JOIN orders o USING (cart_id)
WHERE (o.order_id IS NOT NULL) <> coalesce(e.placed, false)
   OR coalesce(e.checked_out, false) AND c.cart_id IS NULL
   OR coalesce(e.placed, false) AND NOT e.checked_out
   OR NOT CASE s.outcome
        WHEN 'ordered' THEN o.paid_at IS NOT NULL
        WHEN 'payment_failed' THEN o.order_id IS NOT NULL AND o.paid_at IS NULL
        WHEN 'checkout_abandoned' THEN coalesce(e.checked_out, false) AND o.paid_at IS NULL
        WHEN 'cart_abandoned' THEN c.cart_id IS NOT NULL AND NOT coalesce(e.checked_out, false)
        WHEN 'browsed' THEN c.cart_id IS NULL AND coalesce(e.viewed, false)
        WHEN 'bounced' THEN c.cart_id IS NULL AND NOT coalesce(e.viewed, false)
        ELSE true
      END;

-- name: email_brings_customers
-- A visit by e-mail is that of somebody whose address the shop has.
SELECT session_id, channel, customer_id, started_at
FROM sessions
WHERE channel = 'email' AND customer_id IS NULL AND started_at > sim.rules_since(6);

-- name: every_visit_has_its_visitor
-- A visit has the cookie that the visitor came with.
SELECT session_id, started_at FROM sessions WHERE visitor_id IS NULL AND started_at > sim.rules_since(11);

-- name: a_visitor_is_one_person
-- A cookie is that of one device in one city, of one customer at most, and is in one session at a time.
SELECT v.visitor_id, v.sessions, v.cities, v.devices, v.customers, v.overlapping
FROM (
    SELECT visitor_id, count(*) AS sessions, array_agg(DISTINCT city_id) AS cities,
           array_agg(DISTINCT device) AS devices,
           array_agg(DISTINCT customer_id) FILTER (WHERE customer_id IS NOT NULL) AS customers,
           bool_or(started_at < earlier_until) AS overlapping
    FROM (
        SELECT visitor_id, city_id, device, customer_id, started_at,
               lag(coalesce(ended_at, 'infinity')) OVER (PARTITION BY visitor_id ORDER BY started_at) AS earlier_until
        FROM sessions
        WHERE visitor_id IS NOT NULL
    ) s
    GROUP BY visitor_id
) v
WHERE v.cities <> ARRAY[(v.visitor_id % 100)::smallint] OR cardinality(v.devices) > 1
   OR cardinality(v.customers) > 1 OR v.overlapping;

-- name: who_is_known_has_signed_in
-- A visit's customer is known since a sign-in or sign-up in it, or a guest's order; or from the start, where the cookie
-- was signed in before. Who registered before the opening may have stayed so since; of what was cut off nothing is said.
SELECT s.session_id, s.visitor_id, s.customer_id, s.started_at, s.identified_at, e.signed_at, e.placed_at
FROM sessions s
LEFT JOIN (
    SELECT session_id, min(occurred_at) FILTER (WHERE event_type IN ('sign_in', 'sign_up')) AS signed_at,
           min(occurred_at) FILTER (WHERE event_type = 'order_placed') AS placed_at
    FROM session_events
    WHERE event_type IN ('sign_in', 'sign_up', 'order_placed')
    GROUP BY session_id
) e USING (session_id)
LEFT JOIN customers c USING (customer_id)
WHERE s.started_at > sim.rules_since(11)
  AND (coalesce(e.signed_at, e.placed_at) IS NOT NULL AND s.customer_id IS NULL
       OR s.identified_at < coalesce(e.signed_at, s.identified_at)
       OR s.identified_at > s.started_at AND s.identified_at IS DISTINCT FROM coalesce(e.signed_at, e.placed_at)
       OR s.identified_at = s.started_at AND e.signed_at IS NULL
          AND c.registered_at >= greatest(kept_since(), sim.rules_since(11))
          AND NOT EXISTS (SELECT FROM sessions b
                          WHERE b.visitor_id = s.visitor_id AND b.customer_id = s.customer_id
                            AND b.identified_at < s.started_at)
          AND NOT EXISTS (SELECT FROM customer_devices d
                          WHERE d.visitor_id = s.visitor_id AND d.customer_id = s.customer_id
                            AND d.signed_in_at < s.started_at));

-- name: devices_are_those_of_visits
-- A customer is signed in on a device since a visit with it, which said who it was.
SELECT d.*
FROM customer_devices d
WHERE d.signed_in_at >= greatest(kept_since(), sim.rules_since(11))
  AND NOT EXISTS (SELECT FROM sessions s
                  WHERE s.customer_id = d.customer_id AND s.device = d.device AND s.identified_at = d.signed_in_at
                    AND coalesce(s.visitor_id, d.visitor_id) = d.visitor_id);

-- name: accounts_come_as_they_say
-- An account made since the opening came by a sign-up in a visit, or with the first order of somebody not known.
SELECT c.customer_id, c.registered_at, c.registered_by
FROM customers c
WHERE c.registered_at >= greatest(kept_since(), sim.rules_since(11))
  AND NOT CASE c.registered_by
        WHEN 'sign_up' THEN EXISTS (SELECT FROM sessions s JOIN session_events e USING (session_id)
                                    WHERE s.customer_id = c.customer_id AND e.event_type = 'sign_up'
                                      AND e.occurred_at = c.registered_at)
        ELSE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.customer_id AND o.placed_at = c.registered_at)
      END;

-- name: carts_belong_to_their_session
-- A cart is made and closed within its session; a restored one was abandoned before by the same customer.
SELECT c.cart_id, c.session_id, c.created_at, c.closed_at, s.started_at, s.ended_at, c.restored_from_cart_id
FROM carts c
JOIN sessions s USING (session_id)
LEFT JOIN carts r ON r.cart_id = c.restored_from_cart_id
LEFT JOIN sessions rs ON rs.session_id = r.session_id
WHERE c.created_at < s.started_at OR c.created_at > s.ended_at OR c.closed_at > s.ended_at
   OR (s.ended_at IS NOT NULL AND c.closed_at IS NULL)
   OR (r.cart_id IS NOT NULL AND (r.status <> 'abandoned' OR r.closed_at > c.created_at
                                  OR rs.customer_id IS DISTINCT FROM s.customer_id));

-- name: cart_items_within_their_cart
-- Every cart has items; they are added and removed between its making and its closing.
SELECT c.cart_id, i.product_id, c.created_at, i.added_at, i.removed_at, c.closed_at
FROM carts c
LEFT JOIN cart_items i USING (cart_id)
WHERE i.cart_id IS NULL OR i.added_at < c.created_at OR i.added_at > c.closed_at
   OR i.removed_at < i.added_at OR i.removed_at > c.closed_at;

-- name: cart_status_agrees_with_orders
-- A cart is ordered exactly when it has a paid order (even one cancelled later).
SELECT c.cart_id, c.status, o.order_id, o.paid_at
FROM carts c
LEFT JOIN orders o USING (cart_id)
WHERE (c.status = 'ordered') <> (o.paid_at IS NOT NULL);

-- name: at_most_one_order_a_cart
-- No cart has two orders.
SELECT cart_id, count(*) AS orders FROM orders GROUP BY cart_id HAVING count(*) > 1;

-- orders --------------------------------------------------------------------------------------------------------------

-- name: order_agrees_with_session
-- An order has the customer and the warehouse of the session it was placed in, and was placed while that went on.
SELECT o.order_id, o.customer_id, s.customer_id AS session_customer_id, o.warehouse_id,
       s.warehouse_id AS session_warehouse_id, o.placed_at, s.started_at, s.ended_at
FROM orders o
JOIN carts c USING (cart_id)
JOIN sessions s USING (session_id)
WHERE s.customer_id IS DISTINCT FROM o.customer_id OR s.warehouse_id <> o.warehouse_id
   OR o.placed_at < c.created_at OR o.placed_at > s.ended_at;

-- name: order_goes_to_its_customer
-- An order goes to an address of its customer; both were known when it was placed.
SELECT o.order_id, o.customer_id, o.address_id, a.customer_id AS address_customer_id
FROM orders o
JOIN customers c USING (customer_id)
JOIN addresses a USING (address_id)
WHERE a.customer_id <> o.customer_id OR c.registered_at > o.placed_at OR a.created_at > o.placed_at;

-- name: milestones_in_order
-- Placed, paid, picking, picked, packing, packed, dispatched, delivered: none is skipped, none goes back in time.
SELECT order_id, status, placed_at, paid_at, pick_started_at, picked_at, pack_started_at, packed_at, dispatched_at,
       delivered_at, cancelled_at
FROM orders
WHERE NOT (coalesce(paid_at >= placed_at, paid_at IS NULL)
       AND coalesce(pick_started_at >= paid_at, pick_started_at IS NULL)
       AND coalesce(picked_at >= pick_started_at, picked_at IS NULL)
       AND coalesce(pack_started_at >= picked_at, pack_started_at IS NULL)
       AND coalesce(packed_at >= pack_started_at, packed_at IS NULL)
       AND coalesce(dispatched_at >= packed_at, dispatched_at IS NULL)
       AND coalesce(delivered_at >= dispatched_at, delivered_at IS NULL))
   OR cancelled_at < greatest(placed_at, paid_at, pick_started_at, picked_at, pack_started_at, packed_at, dispatched_at)
   OR (cancelled_at IS NOT NULL AND delivered_at IS NOT NULL)
   OR promised_at <= placed_at;

-- name: order_totals_add_up
-- An order's subtotal is the sum of its items, its total is subtotal - discount + fee, to the cent.
SELECT o.order_id, o.subtotal, o.discount, o.delivery_fee, o.total, i.amount AS sum_of_items
FROM orders o
LEFT JOIN (
    SELECT order_id, sum(quantity * unit_price) AS amount FROM order_items GROUP BY order_id
) i USING (order_id)
WHERE i.amount IS DISTINCT FROM o.subtotal OR o.total <> o.subtotal - o.discount + o.delivery_fee
   OR o.discount < 0 OR o.discount > o.subtotal OR o.delivery_fee < 0;

-- name: order_lines_numbered
-- An order's lines are numbered 1, 2, 3 … and name each product once.
SELECT order_id, count(*) AS lines, min(line_no) AS first_line, max(line_no) AS last_line
FROM order_items
GROUP BY order_id
HAVING min(line_no) <> 1 OR max(line_no) <> count(*) OR count(DISTINCT product_id) <> count(*);

-- name: order_items_come_from_the_cart
-- What was ordered lay in the cart when the order was placed, in that quantity at least.
SELECT o.order_id, i.product_id, i.quantity, c.quantity AS cart_quantity, c.added_at, c.removed_at, o.placed_at
FROM order_items i
JOIN orders o USING (order_id)
LEFT JOIN cart_items c ON c.cart_id = o.cart_id AND c.product_id = i.product_id
WHERE c.cart_id IS NULL OR c.quantity < i.quantity OR c.added_at > o.placed_at OR c.removed_at <= o.placed_at;

-- name: prices_are_those_of_the_time
-- A line's unit price is the product's price when the order was placed.
SELECT o.order_id, i.product_id, i.unit_price, p.price AS price_then, o.placed_at
FROM order_items i
JOIN orders o USING (order_id)
LEFT JOIN (
    SELECT product_id, price, valid_from,
           lead(valid_from, 1, 'infinity') OVER (PARTITION BY product_id ORDER BY valid_from) AS valid_until
    FROM product_prices
) p ON p.product_id = i.product_id AND p.valid_from <= o.placed_at AND p.valid_until > o.placed_at
WHERE p.price IS DISTINCT FROM i.unit_price;

-- name: every_product_has_a_price
-- A product has its opening price from the run's epoch on or longer; promotions come after it.
SELECT p.product_id, pp.valid_from, pp.reason
FROM products p
LEFT JOIN (
    SELECT product_id, valid_from, reason, row_number() OVER (PARTITION BY product_id ORDER BY valid_from) AS nth
    FROM product_prices
) pp USING (product_id)
WHERE pp.product_id IS NULL
   OR (pp.nth = 1 AND (pp.reason <> 'opening'
                       OR pp.valid_from > (SELECT epoch FROM sim.current_run)))
   OR (pp.nth > 1 AND pp.reason = 'opening');

-- name: order_status_is_the_last_change
-- An order's status is that of its last status change; the changes are numbered 1, 2, 3 … and never go back in time.
SELECT o.order_id, o.status, c.statuses, c.seqs
FROM orders o
LEFT JOIN (
    SELECT order_id, array_agg(status ORDER BY seq) AS statuses, array_agg(seq ORDER BY seq) AS seqs,
           array_agg(changed_at ORDER BY seq) AS by_seq, array_agg(changed_at ORDER BY changed_at) AS by_time
    FROM order_status_changes
    GROUP BY order_id
) c USING (order_id)
WHERE c.statuses IS NULL OR c.statuses[cardinality(c.statuses)] <> o.status
   OR c.seqs[1] <> 1 OR c.seqs[cardinality(c.seqs)] <> cardinality(c.seqs) OR c.by_seq <> c.by_time;

-- name: status_changes_agree_with_milestones
-- Every milestone has its status change at the same instant, and every change its milestone.
SELECT coalesce(m.order_id, c.order_id) AS order_id, m.status AS milestone, m.at, c.status AS change, c.changed_at
FROM (
    SELECT o.order_id, v.status, v.at
    FROM orders o
    CROSS JOIN LATERAL (VALUES
        ('placed', o.placed_at), ('paid', o.paid_at), ('picked', o.picked_at), ('packed', o.packed_at),
        ('dispatched', o.dispatched_at), ('delivered', o.delivered_at), ('cancelled', o.cancelled_at)
    ) v(status, at)
    WHERE v.at IS NOT NULL
) m
FULL JOIN order_status_changes c ON c.order_id = m.order_id AND c.status = m.status
WHERE m.at IS DISTINCT FROM c.changed_at;

-- name: cancelled_for_a_reason
-- Payment failed means never paid, undeliverable means dispatched.
SELECT order_id, cancel_reason, cancelled_at, paid_at, dispatched_at
FROM orders
WHERE (cancelled_at IS NULL) <> (cancel_reason IS NULL)
   OR (cancel_reason = 'payment_failed' AND paid_at IS NOT NULL)
   OR (cancel_reason = 'undeliverable' AND dispatched_at IS NULL);

-- payments ------------------------------------------------------------------------------------------------------------

-- name: paid_orders_captured_once
-- A paid order has exactly one captured payment, of its total and at the time it was paid; an unpaid one has none.
SELECT o.order_id, o.paid_at, o.total, p.captures, p.amount, p.attempted_at
FROM orders o
LEFT JOIN (
    SELECT order_id, count(*) AS captures, sum(amount) AS amount, max(attempted_at) AS attempted_at
    FROM payments WHERE status = 'captured' GROUP BY order_id
) p USING (order_id)
WHERE coalesce(p.captures, 0) <> (o.paid_at IS NOT NULL)::int OR p.amount <> o.total OR p.attempted_at > o.paid_at;

-- name: payments_within_their_order
-- Every attempt is for the order's total and made after placing it, none after the capture.
SELECT p.payment_id, p.order_id, p.status, p.amount, o.total, p.attempted_at, o.placed_at, o.paid_at
FROM payments p
JOIN orders o USING (order_id)
WHERE p.attempted_at < o.placed_at
   OR (p.status <> 'refunded' AND p.amount <> o.total)
   OR (p.status = 'declined' AND p.attempted_at > o.paid_at)
   OR (p.status = 'refunded' AND (o.paid_at IS NULL OR p.attempted_at < o.paid_at));

-- name: refunds_within_the_captured
-- No order has more refunded than captured.
SELECT order_id,
       coalesce(sum(amount) FILTER (WHERE status = 'captured'), 0) AS captured,
       coalesce(sum(amount) FILTER (WHERE status = 'refunded'), 0) AS refunded
FROM payments
GROUP BY order_id
HAVING coalesce(sum(amount) FILTER (WHERE status = 'refunded'), 0)
     > coalesce(sum(amount) FILTER (WHERE status = 'captured'), 0);

-- name: refunds_have_their_reason
-- What was refunded is what returns were refunded, or all of a cancelled order (at once, when it comes), to the cent.
SELECT o.order_id, o.status, coalesce(p.amount, 0) AS refunded, coalesce(r.amount, 0) AS returns_refunded, o.total
FROM orders o
LEFT JOIN (
    SELECT order_id, sum(amount) AS amount FROM payments WHERE status = 'refunded' GROUP BY order_id
) p USING (order_id)
LEFT JOIN (
    SELECT order_id, sum(refund_amount) AS amount FROM returns WHERE refunded_at IS NOT NULL GROUP BY order_id
) r USING (order_id)
WHERE CASE WHEN o.cancelled_at IS NULL THEN coalesce(p.amount, 0) <> coalesce(r.amount, 0) ELSE p.amount <> o.total END;

-- stock ---------------------------------------------------------------------------------------------------------------

-- name: stock_is_the_sum_of_its_movements
-- Units on hand are the sum of all movements of that shelf, those cut off too, never negative.
SELECT warehouse_id, product_id, i.on_hand, m.quantity AS sum_of_movements
FROM inventory i
FULL JOIN (
    SELECT warehouse_id, product_id, sum(quantity) AS quantity
    FROM (SELECT warehouse_id, product_id, quantity FROM stock_movements
          UNION ALL SELECT warehouse_id, product_id, quantity FROM sim.carried_stock) moved
    GROUP BY warehouse_id, product_id
) m USING (warehouse_id, product_id)
WHERE i.on_hand IS DISTINCT FROM coalesce(m.quantity, 0) OR i.on_hand < 0;

-- name: stock_was_never_negative
-- At no time since which all is kept were fewer than no units on a shelf.
SELECT m.*
FROM (
    SELECT movement_id, warehouse_id, product_id, quantity, occurred_at,
           sum(quantity) OVER (PARTITION BY warehouse_id, product_id ORDER BY occurred_at) AS moved_until_then
    FROM stock_movements
) m
LEFT JOIN sim.carried_stock c USING (warehouse_id, product_id)
WHERE coalesce(c.quantity, 0) + m.moved_until_then < 0 AND m.occurred_at >= kept_since();

-- name: reserved_is_what_open_orders_hold
-- Reserved units are those of orders neither picked nor cancelled, and are on hand.
SELECT warehouse_id, product_id, i.on_hand, i.reserved, coalesce(o.quantity, 0) AS held_by_orders
FROM inventory i
FULL JOIN (
    SELECT o.warehouse_id, l.product_id, sum(l.quantity) AS quantity
    FROM orders o JOIN order_items l USING (order_id)
    WHERE o.picked_at IS NULL AND o.cancelled_at IS NULL
    GROUP BY o.warehouse_id, l.product_id
) o USING (warehouse_id, product_id)
WHERE i.reserved IS DISTINCT FROM coalesce(o.quantity, 0) OR i.reserved > i.on_hand;

-- name: sales_are_the_picked_orders
-- A picked order took exactly its units from its warehouse when it was picked; no other order took any.
SELECT coalesce(l.order_id, m.order_id) AS order_id, coalesce(l.product_id, m.product_id) AS product_id,
       l.quantity AS picked, m.quantity AS moved, l.picked_at, m.occurred_at
FROM (
    SELECT o.order_id, o.warehouse_id, o.picked_at, i.product_id, i.quantity
    FROM orders o JOIN order_items i USING (order_id)
    WHERE o.picked_at IS NOT NULL
) l
FULL JOIN (
    SELECT order_id, product_id, min(warehouse_id) AS warehouse_id, max(warehouse_id) AS other_warehouse_id,
           -sum(quantity) AS quantity, min(occurred_at) AS occurred_at, max(occurred_at) AS last_occurred_at
    FROM stock_movements WHERE reason = 'sale' GROUP BY order_id, product_id
) m ON m.order_id = l.order_id AND m.product_id = l.product_id
WHERE l.quantity IS DISTINCT FROM m.quantity OR l.picked_at IS DISTINCT FROM m.occurred_at
   OR m.occurred_at <> m.last_occurred_at OR l.warehouse_id <> m.warehouse_id OR m.warehouse_id <> m.other_warehouse_id;

-- name: units_come_back_at_most_once
-- No more units come back by return, or are written off, than were returned, nor come back by cancellation than a
-- cancelled order had.
SELECT m.order_id, m.product_id, m.reason, m.quantity AS came_back, i.quantity AS ordered, r.quantity AS returned
FROM (
    SELECT order_id, product_id, reason, abs(sum(quantity)) AS quantity, min(occurred_at) AS first_at
    FROM stock_movements WHERE reason IN ('return', 'cancellation', 'write_off') GROUP BY order_id, product_id, reason
) m
LEFT JOIN orders o USING (order_id)
LEFT JOIN order_items i USING (order_id, product_id)
LEFT JOIN returns r USING (order_id, product_id)
WHERE (m.reason IN ('return', 'write_off') AND (r.return_id IS NULL OR m.quantity > r.quantity OR m.first_at < r.requested_at))
   OR (m.reason = 'cancellation' AND (i.order_id IS NULL OR m.quantity > i.quantity OR o.cancelled_at IS NULL
                                      OR o.picked_at IS NULL OR m.first_at < o.cancelled_at));

-- name: returned_units_are_sold_again_or_written_off
-- When a return is refunded its units come in, and stay to be sold again or are written off at once: all that is damaged.
SELECT r.return_id, r.reason, r.quantity, m.came_in, m.written_off, r.refunded_at, m.first_at, m.last_at
FROM returns r
LEFT JOIN (
    SELECT order_id, product_id, min(occurred_at) AS first_at, max(occurred_at) AS last_at,
           coalesce(sum(quantity) FILTER (WHERE reason = 'return'), 0) AS came_in,
           coalesce(-sum(quantity) FILTER (WHERE reason = 'write_off'), 0) AS written_off
    FROM stock_movements WHERE reason IN ('return', 'write_off') GROUP BY order_id, product_id
) m USING (order_id, product_id)
WHERE (r.refunded_at IS NULL AND m.order_id IS NOT NULL)
   OR (r.refunded_at > sim.rules_since(6)
       AND (m.came_in IS DISTINCT FROM r.quantity OR m.first_at <> r.refunded_at OR m.last_at <> r.refunded_at
            OR m.written_off NOT IN (0, r.quantity) OR (r.reason = 'damaged' AND m.written_off = 0)));

-- name: replenishments_have_their_movement
-- A received replenishment has one movement of the same shelf, quantity and time; one under way has none.
SELECT r.replenishment_id, r.quantity, r.received_at, m.movement_id, m.quantity AS moved, m.occurred_at
FROM replenishments r
FULL JOIN (
    SELECT *, count(*) OVER (PARTITION BY replenishment_id) AS movements
    FROM stock_movements WHERE reason = 'replenishment'
) m ON m.replenishment_id = r.replenishment_id
WHERE r.received_at IS DISTINCT FROM m.occurred_at
   OR (m.movement_id IS NOT NULL AND (r.quantity IS DISTINCT FROM m.quantity OR m.movements <> 1
                                      OR r.warehouse_id <> m.warehouse_id OR r.product_id <> m.product_id));

-- delivery ------------------------------------------------------------------------------------------------------------

-- name: courier_on_one_trip_at_a_time
-- A courier's trips never overlap.
SELECT t.*
FROM (
    SELECT trip_id, courier_id, started_at, ended_at,
           max(coalesce(ended_at, 'infinity')) OVER (
               PARTITION BY courier_id ORDER BY started_at, trip_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS earlier_ended_at
    FROM trips
) t
WHERE t.started_at < t.earlier_ended_at;

-- name: courier_on_one_shift_at_a_time
-- A courier's shifts never overlap.
SELECT s.*
FROM (
    SELECT shift_id, courier_id, started_at, ends_at, ended_at,
           max(coalesce(ended_at, 'infinity')) OVER (
               PARTITION BY courier_id ORDER BY started_at, shift_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS earlier_ended_at
    FROM courier_shifts
) s
WHERE s.started_at < s.earlier_ended_at;

-- name: trips_within_their_shift
-- A trip begins within its courier's shift as planned, and the shift doesn't end before the trip.
SELECT t.trip_id, t.courier_id, s.courier_id AS shift_courier_id, t.started_at, t.ended_at,
       s.started_at AS shift_started_at, s.ends_at, s.ended_at AS shift_ended_at
FROM trips t
JOIN courier_shifts s USING (shift_id)
WHERE t.courier_id <> s.courier_id OR t.started_at < s.started_at OR t.started_at > s.ends_at
   OR (s.ended_at IS NOT NULL AND coalesce(t.ended_at, 'infinity') > s.ended_at);

-- name: trips_made_their_stops
-- A trip that ended made one attempt a stop, or brought the parcel back untried; one still out has at most made its stops,
-- and none is without a parcel. Of a trip that began before all is kept some parcels may be gone.
SELECT t.trip_id, t.stops, coalesce(a.attempts, 0) AS attempts, coalesce(d.waiting, 0) AS waiting, t.brought_back,
       t.ended_at
FROM trips t
LEFT JOIN (SELECT trip_id, count(*) AS attempts FROM delivery_attempts GROUP BY trip_id) a USING (trip_id)
LEFT JOIN (
    SELECT trip_id, count(*) AS waiting FROM deliveries WHERE status = 'out_for_delivery' GROUP BY trip_id
) d USING (trip_id)
WHERE coalesce(a.attempts, 0) + coalesce(d.waiting, 0) + t.brought_back > t.stops
   OR (coalesce(a.attempts, 0) + coalesce(d.waiting, 0) + t.brought_back < t.stops AND t.started_at >= kept_since())
   OR (t.ended_at IS NULL AND t.brought_back > 0)
   OR (t.ended_at IS NOT NULL AND d.waiting IS NOT NULL);

-- name: deliveries_agree_with_orders
-- Exactly the packed orders have a parcel, and it has their promise, times and end.
SELECT o.order_id, o.status AS order_status, d.status, o.packed_at, d.ready_at, o.promised_at, d.promised_at AS promised,
       o.dispatched_at, d.dispatched_at AS dispatched, o.delivered_at, d.delivered_at AS delivered, o.cancel_reason
FROM orders o
FULL JOIN deliveries d USING (order_id)
LEFT JOIN trips t USING (trip_id)
WHERE (o.packed_at IS NULL) <> (d.delivery_id IS NULL)
   OR (d.delivery_id IS NOT NULL AND (
          d.ready_at < o.packed_at OR d.promised_at <> o.promised_at
          OR d.dispatched_at IS DISTINCT FROM o.dispatched_at OR d.delivered_at IS DISTINCT FROM o.delivered_at
          OR (d.status = 'delivered') <> (o.delivered_at IS NOT NULL)
          OR (d.status = 'cancelled' AND o.cancelled_at IS NULL)
          OR (o.cancelled_at IS NOT NULL AND d.status NOT IN ('cancelled', 'undeliverable'))
          OR (o.cancel_reason = 'undeliverable') AND d.status <> 'undeliverable'
          -- An undeliverable parcel's order is cancelled at the latest when the courier is back with it.
          OR (d.status = 'undeliverable' AND o.cancelled_at IS NULL AND t.ended_at IS NOT NULL)));

-- name: attempts_counted
-- A parcel has as many attempts as it says, numbered 1, 2, 3 …; the last one agrees with its status, and was made on its
-- latest trip unless that brought it back untried.
SELECT d.delivery_id, d.status, d.attempts, a.found, a.last_outcome, a.last_trip_id, d.trip_id
FROM deliveries d
LEFT JOIN (
    SELECT delivery_id, count(*) AS found, min(attempt_no) AS first_no, max(attempt_no) AS last_no,
           (array_agg(outcome ORDER BY attempt_no DESC))[1] AS last_outcome,
           (array_agg(trip_id ORDER BY attempt_no DESC))[1] AS last_trip_id,
           (array_agg(attempted_at ORDER BY attempt_no DESC))[1] AS last_at,
           count(*) FILTER (WHERE outcome = 'delivered') AS successes
    FROM delivery_attempts
    GROUP BY delivery_id
) a USING (delivery_id)
LEFT JOIN trips t USING (trip_id)
WHERE d.attempts <> coalesce(a.found, 0) OR a.first_no <> 1 OR a.last_no <> a.found
   OR coalesce(a.successes, 0) <> (d.status = 'delivered')::int
   OR (d.status = 'delivered' AND (a.last_outcome <> 'delivered' OR a.last_at <> d.delivered_at))
   OR (d.status IN ('delivered', 'awaiting_retry', 'undeliverable') AND a.last_trip_id IS DISTINCT FROM d.trip_id
       AND NOT (d.status = 'awaiting_retry' AND t.brought_back > 0));

-- name: attempts_within_their_trip
-- An attempt is made while its trip is out, and the courier of a parcel is that of its trip.
SELECT a.delivery_id, a.attempt_no, a.trip_id, a.attempted_at, t.started_at, t.ended_at
FROM delivery_attempts a
JOIN trips t USING (trip_id)
WHERE a.attempted_at < t.started_at OR a.attempted_at > t.ended_at
UNION ALL
SELECT d.delivery_id, NULL, d.trip_id, d.dispatched_at, t.started_at, t.ended_at
FROM deliveries d
JOIN trips t USING (trip_id)
WHERE d.courier_id <> t.courier_id OR d.dispatched_at > t.started_at OR d.stop_no > t.stops;

-- name: nobody_is_rung_at_night
-- Doors are rung in the hours of the scenario's slots alone, as they are since the newest chapter began.
SELECT a.delivery_id, a.attempt_no, a.attempted_at, a.attempted_at AT TIME ZONE c.timezone AS local_time
FROM (
    SELECT greatest(sim.rules_since(12), began_at) AS since,
           make_interval(secs => 3600 * (scenario_config -> 'slots' ->> 'from_hour')::float8) AS from_time,
           make_interval(secs => 3600 * (scenario_config -> 'slots' ->> 'until_hour')::float8) AS until_time
    FROM sim.current_run
) hours
JOIN delivery_attempts a ON a.attempted_at > hours.since
JOIN deliveries d USING (delivery_id)
JOIN orders o USING (order_id)
JOIN warehouses w USING (warehouse_id)
JOIN cities c USING (city_id)
CROSS JOIN LATERAL (SELECT (a.attempted_at AT TIME ZONE c.timezone)::time - time '00:00' AS time_of_day) l
WHERE l.time_of_day < hours.from_time OR l.time_of_day >= hours.until_time;

-- name: nobody_rings_before_the_slot
-- No attempt is made before the slot begins that the customer chose: what misses it is late.
SELECT a.delivery_id, a.attempt_no, a.attempted_at, o.order_id, o.slot_starts_at, o.promised_at
FROM delivery_attempts a
JOIN deliveries d USING (delivery_id)
JOIN orders o USING (order_id)
WHERE a.attempted_at < o.slot_starts_at;

-- name: slots_are_the_scenarios
-- A slot is as long as the scenario has it, but for the clock's changes, as they are since the newest chapter began.
SELECT o.order_id, o.slot_starts_at, o.promised_at, length
FROM (
    SELECT greatest(sim.rules_since(12), began_at) AS since,
           make_interval(secs => 3600 * (scenario_config -> 'slots' ->> 'hours')::float8) AS length
    FROM sim.current_run
) slots
JOIN orders o ON o.placed_at > slots.since
JOIN warehouses w USING (warehouse_id)
JOIN cities c USING (city_id)
WHERE o.slot_starts_at IS NULL
   OR (o.promised_at AT TIME ZONE c.timezone) - (o.slot_starts_at AT TIME ZONE c.timezone) <> length;

-- name: goods_come_in_by_day
-- Goods are taken in on the scenario's days and in its hours, as they are since the newest chapter began.
SELECT came.*
FROM (
    SELECT greatest(sim.rules_since(12), began_at) AS since,
           (scenario_config -> 'stock' ->> 'receiving_days_per_week')::int AS days,
           scenario_config -> 'stock' -> 'received_by_hour' AS by_hour
    FROM sim.current_run
) hours
CROSS JOIN LATERAL (
    SELECT 'replenishment' AS what, r.replenishment_id AS id, r.received_at AS at, r.warehouse_id FROM replenishments r
    WHERE r.received_at > hours.since
    UNION ALL
    SELECT 'return', r.return_id, r.refunded_at, o.warehouse_id FROM returns r JOIN orders o USING (order_id)
    WHERE r.refunded_at > hours.since
) came
JOIN warehouses w USING (warehouse_id)
JOIN cities c USING (city_id)
WHERE extract(isodow FROM came.at AT TIME ZONE c.timezone) > hours.days
   OR (hours.by_hour ->> extract(hour FROM came.at AT TIME ZONE c.timezone)::int)::float8 = 0;

-- people --------------------------------------------------------------------------------------------------------------

-- name: loyalty_balance_is_the_running_sum
-- Loyalty transactions are numbered 1, 2, 3 …, each balance is the sum of the points so far.
SELECT l.*
FROM (
    SELECT customer_id, seq, points, balance, occurred_at,
           coalesce(c.loyalty_points, 0) + sum(points) OVER moves AS sum_of_points,
           coalesce(c.loyalty_seq, 0) + row_number() OVER moves AS expected_seq,
           lag(occurred_at) OVER moves AS previous_at
    FROM loyalty_transactions LEFT JOIN sim.carried_customers c USING (customer_id)
    WINDOW moves AS (PARTITION BY customer_id ORDER BY seq)
) l
WHERE l.balance <> l.sum_of_points OR l.balance < 0 OR l.seq <> l.expected_seq OR l.occurred_at < l.previous_at;

-- name: customer_points_are_the_last_balance
-- A customer's points and tier are those of the last loyalty transaction; without one there are no points.
SELECT c.customer_id, c.loyalty_points, l.balance, c.loyalty_tier, l.tier
FROM customers c
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, balance, tier
    FROM (SELECT customer_id, seq, balance, tier FROM loyalty_transactions
          UNION ALL SELECT customer_id, loyalty_seq, loyalty_points, loyalty_tier
          FROM sim.carried_customers WHERE loyalty_seq > 0) entries
    ORDER BY customer_id, seq DESC
) l USING (customer_id)
WHERE c.loyalty_points <> coalesce(l.balance, 0) OR c.loyalty_tier <> l.tier;

-- name: lifetime_points_are_what_was_earned
-- A customer's lifetime points are the sum of those that count for the tier: of the opening, purchases and refunds.
SELECT c.customer_id, c.lifetime_points, l.earned
FROM customers c
LEFT JOIN (
    SELECT customer_id, sum(points) AS earned
    FROM (SELECT customer_id, points FROM loyalty_transactions WHERE reason IN ('opening', 'purchase', 'refund')
          UNION ALL SELECT customer_id, lifetime_points FROM sim.carried_customers) entries
    GROUP BY customer_id
) l USING (customer_id)
WHERE c.lifetime_points <> coalesce(l.earned, 0);

-- name: points_move_for_own_orders
-- Points and satisfaction move for the customer's own orders only, and not before they were placed.
SELECT 'loyalty' AS what, l.customer_id, l.seq, l.order_id, o.customer_id AS order_customer_id
FROM loyalty_transactions l JOIN orders o USING (order_id)
WHERE o.customer_id <> l.customer_id OR l.occurred_at < o.placed_at
UNION ALL
SELECT 'satisfaction', s.customer_id, s.seq, s.order_id, o.customer_id
FROM truth.satisfaction_changes s JOIN orders o USING (order_id)
WHERE o.customer_id <> s.customer_id OR s.occurred_at < o.placed_at;

-- name: satisfaction_is_a_chain
-- Satisfaction changes are numbered 1, 2, 3 …; each value is the one before plus the delta, within 0 to 100.
SELECT s.*
FROM (
    SELECT customer_id, c.seq, delta, c.satisfaction, occurred_at,
           coalesce(lag(c.satisfaction) OVER moves, k.satisfaction, c.satisfaction - delta) AS previous,
           coalesce(k.seq, 0) + row_number() OVER moves AS expected_seq,
           lag(occurred_at) OVER moves AS previous_at
    FROM truth.satisfaction_changes c LEFT JOIN truth.carried_satisfaction k USING (customer_id)
    WINDOW moves AS (PARTITION BY c.customer_id ORDER BY c.seq)
) s
WHERE s.satisfaction <> s.previous + s.delta OR s.seq <> s.expected_seq OR s.occurred_at < s.previous_at
   OR s.satisfaction NOT BETWEEN 0 AND 100 OR s.previous NOT BETWEEN 0 AND 100;

-- name: customer_satisfaction_is_the_last_change
-- A customer's satisfaction is that of the last change.
SELECT c.customer_id, c.satisfaction, s.satisfaction AS last_change
FROM truth.customer_traits c
JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, satisfaction
    FROM (SELECT customer_id, seq, satisfaction FROM truth.satisfaction_changes
          UNION ALL SELECT customer_id, seq, satisfaction FROM truth.carried_satisfaction) changes
    ORDER BY customer_id, seq DESC
) s USING (customer_id)
WHERE c.satisfaction <> s.satisfaction;

-- truth ---------------------------------------------------------------------------------------------------------------

-- name: everybody_is_somebody
-- Every customer has a row in truth, and who registered since shops keep them all traits.
SELECT c.customer_id, c.registered_at, t.persona, t.activity
FROM customers c
LEFT JOIN truth.customer_traits t USING (customer_id)
WHERE t.customer_id IS NULL
   OR c.registered_at > greatest(sim.rules_since(14), (SELECT min(epoch) FROM sim.runs))
      AND num_nulls(t.activity, t.active_hour, t.usual_device, t.usual_channel, t.usual_payment_method,
                    t.favourite_category_id, t.absence, t.price_taste, t.basket, t.units, t.pace) > 0;

-- name: traits_of_all_products_or_none
-- All products have traits, and none in a shop of before they were kept; and couriers hired since then have theirs.
SELECT 'product' AS what, product_id AS id
FROM products LEFT JOIN truth.product_traits t USING (product_id)
WHERE t.product_id IS NULL AND EXISTS (SELECT FROM truth.product_traits)
UNION ALL
SELECT 'courier', c.courier_id
FROM couriers c LEFT JOIN truth.courier_traits t USING (courier_id)
WHERE t.courier_id IS NULL AND c.hired_at > greatest(sim.rules_since(14), (SELECT min(epoch) FROM sim.runs));

-- name: a_loss_has_one_reason
-- A visit that ended without an order has a reason, that a shop can see or in truth, never both; an order has none.
SELECT s.session_id, s.ended_at, s.outcome, s.exit_reason, t.reason
FROM sessions s
FULL JOIN truth.exit_reasons t USING (session_id)
WHERE CASE WHEN coalesce(s.outcome, 'ordered') = 'ordered' THEN num_nonnulls(s.exit_reason, t.reason) > 0
           ELSE num_nonnulls(s.exit_reason, t.reason) <> 1 END;

-- name: carts_are_left_as_their_visits
-- A cart was abandoned for what its visit ended for, as far as a shop can see.
SELECT c.cart_id, c.status, c.abandon_reason, s.exit_reason
FROM carts c JOIN sessions s USING (session_id)
WHERE c.abandon_reason IS DISTINCT FROM s.exit_reason AND c.closed_at IS NOT NULL;

-- post-delivery --------------------------------------------------------------------------------------------------------

-- name: returns_of_what_was_delivered
-- Only delivered lines are returned, after the delivery, at most the units ordered and the money paid for them.
SELECT r.return_id, r.order_id, r.product_id, r.quantity, i.quantity AS ordered, r.refund_amount, i.unit_price,
       r.requested_at, o.delivered_at, r.refunded_at
FROM returns r
LEFT JOIN orders o USING (order_id)
LEFT JOIN order_items i USING (order_id, product_id)
WHERE i.order_id IS NULL OR o.delivered_at IS NULL OR r.requested_at < o.delivered_at OR r.refunded_at < r.requested_at
   OR r.quantity > i.quantity OR r.refund_amount > r.quantity * i.unit_price;

-- name: returns_refund_the_units_sent_back
-- A return's amount is the price of its units less their part of the order's discount, rounded in the shop's favour.
SELECT r.return_id, r.quantity, i.unit_price, o.subtotal, o.discount, r.refund_amount
FROM returns r
JOIN orders o USING (order_id)
JOIN order_items i USING (order_id, product_id)
WHERE r.refund_amount <> r.quantity * i.unit_price
                         - ceil(100 * o.discount * r.quantity * i.unit_price / nullif(o.subtotal, 0)) / 100;

-- name: too_late_is_said_of_what_came_late
-- What is sent back as too late was late, and has no four or five stars (where nobody changed the shop's settings between
-- the return and the review).
SELECT r.return_id, r.order_id, r.product_id, o.promised_at, o.delivered_at, v.rating
FROM returns r
JOIN orders o USING (order_id)
LEFT JOIN reviews v
       ON v.order_id = r.order_id AND v.product_id = r.product_id AND r.requested_at > sim.rules_since(6)
      AND NOT EXISTS (SELECT FROM sim.runs c WHERE c.began_at >= least(r.requested_at, v.created_at)
                                               AND c.began_at < greatest(r.requested_at, v.created_at))
WHERE r.reason = 'too_late' AND (o.delivered_at <= o.promised_at OR v.rating >= 4);

-- name: surveys_are_answered_after_the_delivery
-- Who answers the survey about an order is its customer, after the delivery; a score is from 0 to 10.
SELECT a.order_id, a.customer_id, o.customer_id AS order_customer_id, a.score, o.delivered_at, a.answered_at
FROM survey_answers a
LEFT JOIN orders o USING (order_id)
WHERE a.customer_id IS DISTINCT FROM o.customer_id OR a.score NOT BETWEEN 0 AND 10
   OR coalesce(a.answered_at <= o.delivered_at, true);

-- name: reviews_of_what_was_delivered
-- Only delivered lines are reviewed, after the delivery, by the one who ordered.
SELECT r.review_id, r.order_id, r.product_id, r.customer_id, o.customer_id AS order_customer_id, r.created_at,
       o.delivered_at
FROM reviews r
LEFT JOIN orders o USING (order_id)
LEFT JOIN order_items i USING (order_id, product_id)
WHERE i.order_id IS NULL OR o.delivered_at IS NULL OR r.created_at < o.delivered_at OR r.customer_id <> o.customer_id;

-- incidents -----------------------------------------------------------------------------------------------------------

-- name: incidents_lie_in_their_time_and_place
-- An incident began in the run's time, lasts as long as it was meant to unless somebody ended it, and is in its
-- warehouse's city; odd numbers are the scenario's.
SELECT i.incident_id, i.kind, i.origin, i.city_id, i.warehouse_id, i.hours, i.began_at, i.ends_at, i.end_asked_at
FROM sim.incidents i
LEFT JOIN warehouses w USING (warehouse_id)
WHERE i.began_at > sim_now() OR i.began_at < (SELECT min(epoch) FROM sim.runs)
   OR extract(epoch FROM i.ends_at - i.began_at) > i.hours * 3600 + 0.001
   OR (i.end_asked_at IS NULL AND extract(epoch FROM i.ends_at - i.began_at) < i.hours * 3600 - 0.001)
   OR w.city_id <> i.city_id OR (mod(i.incident_id, 2) = 1) <> (i.origin = 'scenario');

-- name: nobody_begins_work_in_an_outage
-- While a warehouse is out nobody begins to pick or to pack.
SELECT i.incident_id, i.began_at, i.ends_at, o.order_id, o.warehouse_id, o.pick_started_at, o.pack_started_at
FROM sim.incidents i
JOIN warehouses w ON w.city_id = coalesce(i.city_id, w.city_id)
                 AND w.warehouse_id = coalesce(i.warehouse_id, w.warehouse_id)
JOIN orders o ON o.warehouse_id = w.warehouse_id
WHERE i.kind = 'warehouse_outage'
  AND ((o.pick_started_at > i.began_at AND o.pick_started_at <= i.ends_at)
       OR (o.pack_started_at > i.began_at AND o.pack_started_at <= i.ends_at));

-- name: payments_fail_with_their_provider
-- While the payment provider declines everything nothing is captured, and it declines only during its outages.
SELECT p.payment_id, p.status, p.decline_reason, p.attempted_at, i.incident_id, i.began_at, i.ends_at
FROM sim.incidents i
JOIN payments p ON p.attempted_at > i.began_at AND p.attempted_at <= i.ends_at AND p.status = 'captured'
JOIN orders o USING (order_id)
JOIN warehouses w ON w.warehouse_id = o.warehouse_id AND w.city_id = coalesce(i.city_id, w.city_id)
WHERE i.kind = 'payment_outage' AND i.strength = 1
UNION ALL
SELECT p.payment_id, p.status, p.decline_reason, p.attempted_at, NULL, NULL, NULL
FROM payments p
JOIN orders o USING (order_id)
JOIN warehouses w USING (warehouse_id)
WHERE p.decline_reason = 'provider_unavailable'
  AND NOT EXISTS (SELECT FROM sim.incidents i
                  WHERE i.kind = 'payment_outage' AND i.began_at < p.attempted_at AND i.ends_at >= p.attempted_at
                    AND w.city_id = coalesce(i.city_id, w.city_id));

-- name: strikers_neither_come_nor_leave
-- While all couriers of a place are on strike nobody comes to work and no trip begins.
SELECT i.incident_id, i.began_at, i.ends_at, c.courier_id, c.warehouse_id, left_or_came.what, left_or_came.id,
       left_or_came.started_at
FROM sim.incidents i
JOIN (SELECT 'trip' AS what, trip_id AS id, courier_id, started_at FROM trips
      UNION ALL SELECT 'shift', shift_id, courier_id, started_at FROM courier_shifts) left_or_came
  ON left_or_came.started_at > i.began_at AND left_or_came.started_at <= i.ends_at
JOIN couriers c USING (courier_id)
JOIN warehouses w ON w.warehouse_id = c.warehouse_id
WHERE i.kind = 'courier_strike' AND i.strength = 1
  AND w.city_id = coalesce(i.city_id, w.city_id) AND w.warehouse_id = coalesce(i.warehouse_id, w.warehouse_id);

-- name: quarters_count_every_row
-- Once history is loaded, what is counted by quarters of an hour, visits by outcome and product views, is what rows say.
WITH counted AS (
    SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00Z') AS quarter_at, city_id::int AS city_id, channel, device,
           count(*) FILTER (WHERE outcome = 'bounced') AS bounced,
           count(*) FILTER (WHERE outcome = 'browsed') AS browsed,
           count(*) FILTER (WHERE outcome = 'cart_abandoned') AS cart_abandoned,
           count(*) FILTER (WHERE outcome = 'checkout_abandoned') AS checkout_abandoned,
           count(*) FILTER (WHERE outcome = 'payment_failed') AS payment_failed,
           count(*) FILTER (WHERE outcome = 'ordered') AS ordered
    FROM sessions
    WHERE outcome IS NOT NULL
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT date_bin('15 minutes', occurred_at, '2000-01-01 00:00Z'), mod(session_id, 100)::int, 'product views', NULL,
           count(*), count(*) FILTER (WHERE NOT in_stock), NULL, NULL, NULL, NULL
    FROM session_events
    WHERE in_stock IS NOT NULL
    GROUP BY 1, 2
), kept AS (
    SELECT quarter_at, city_id::int, channel, device, bounced, browsed, cart_abandoned, checkout_abandoned,
           payment_failed, ordered
    FROM sim.session_quarters
    UNION ALL
    SELECT quarter_at, city_id, 'product views', NULL, product_views, missed_views, NULL, NULL, NULL, NULL
    FROM sim.view_quarters
)
SELECT 'counted' AS what, missing.* FROM (TABLE counted EXCEPT ALL TABLE kept) AS missing
WHERE to_regclass('sim.unbuilt') IS NULL
UNION ALL
SELECT 'kept', surplus.* FROM (TABLE kept EXCEPT ALL TABLE counted) AS surplus
WHERE to_regclass('sim.unbuilt') IS NULL;
