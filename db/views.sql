-- Views for analysts. Columns ending in _local are in the city's own time (timestamp without time zone), all other
-- times are timestamptz; local_weekday is 1 (Monday) to 7 (Sunday); minutes are rounded to 0.01. Whatever is still open is measured by sim_now().

-- Channel and device come by LEFT JOINs on unique keys: PostgreSQL leaves such a join out when its columns aren't asked for.
CREATE OR REPLACE VIEW order_lines AS
SELECT o.placed_at AS ordered_at,
       o.placed_at AT TIME ZONE ci.timezone AS ordered_at_local,
       i.order_id,
       i.line_no,
       o.customer_id,
       i.product_id,
       p.name AS product,
       ca.name AS category,
       i.unit_price AS price,
       i.quantity,
       i.unit_price * i.quantity AS amount,
       p.unit_cost,
       ci.name AS city,
       w.name AS warehouse,
       se.channel,
       se.device,
       o.status
FROM order_items i
JOIN orders o USING (order_id)
JOIN products p USING (product_id)
JOIN categories ca USING (category_id)
JOIN warehouses w USING (warehouse_id)
JOIN cities ci USING (city_id)
LEFT JOIN carts c ON c.cart_id = o.cart_id
LEFT JOIN sessions se ON se.session_id = c.session_id
WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL;

COMMENT ON VIEW order_lines IS
    'What was sold, one row an order line: lines of orders that are paid and not cancelled, so that '
    'SELECT category, SUM(price * quantity) FROM order_lines GROUP BY category is revenue. Loyalty discounts and '
    'delivery fees belong to the order, not to its lines; later returns are not taken off (see returns).';
COMMENT ON COLUMN order_lines.ordered_at IS 'When the order was placed (orders.placed_at).';
COMMENT ON COLUMN order_lines.price IS 'Price of one unit.';
COMMENT ON COLUMN order_lines.amount IS 'price * quantity.';
COMMENT ON COLUMN order_lines.unit_cost IS 'What one unit costs the shop.';
COMMENT ON COLUMN order_lines.channel IS 'How the visitor came in the session that ended in this order.';
COMMENT ON COLUMN order_lines.status IS 'Current status of the order: paid, picked, packed, dispatched or delivered.';


-- Visits that have ended are counted by quarters of an hour already, and an outcome says which steps were taken. OFFSET 0
-- hides the quarters behind the day, of which the planner supposes few: so it adds up by hashing. The rows themselves are
-- read for visits that go on, for what was earned, and for all visits while history is loaded, when nobody counts.
CREATE OR REPLACE VIEW funnel_daily AS
WITH counted AS (
    SELECT q.day, q.city_id, q.channel, q.device,
           sum(q.bounced) AS bounced, sum(q.browsed) AS browsed, sum(q.cart_abandoned) AS cart_abandoned,
           sum(q.checkout_abandoned) AS checkout_abandoned, sum(q.payment_failed) AS payment_failed,
           sum(q.ordered) AS ordered
    FROM (
        SELECT CAST(q.quarter_at AT TIME ZONE ci.timezone AS date) AS day, q.*
        FROM sim.session_quarters q
        JOIN cities ci USING (city_id)
        WHERE (SELECT to_regclass('sim.unbuilt') IS NULL)
        OFFSET 0
    ) q
    GROUP BY q.day, q.city_id, q.channel, q.device
), steps AS (
    SELECT day, city_id, channel, device,
           bounced + browsed + cart_abandoned + checkout_abandoned + payment_failed + ordered AS sessions,
           browsed + cart_abandoned + checkout_abandoned + payment_failed + ordered AS browsing_sessions,
           cart_abandoned + checkout_abandoned + payment_failed + ordered AS carts,
           checkout_abandoned + payment_failed + ordered AS checkouts,
           payment_failed + ordered AS orders_placed,
           ordered AS orders_paid,
           CAST(0 AS numeric) AS revenue
    FROM counted
    UNION ALL
    SELECT CAST(s.started_at AT TIME ZONE ci.timezone AS date), s.city_id, s.channel, s.device, count(*),
           -- A scalar subquery (not EXISTS) is asked for those few alone, where the planner might answer EXISTS for all
           -- by reading every event.
           count(*) FILTER (WHERE c.cart_id IS NOT NULL
                            OR (SELECT true FROM session_events e
                                WHERE e.session_id = s.session_id AND e.event_type = 'product_view' LIMIT 1)),
           count(c.cart_id),
           count(*) FILTER (WHERE o.order_id IS NOT NULL
                            OR (SELECT true FROM session_events e
                                WHERE e.session_id = s.session_id AND e.event_type = 'checkout' LIMIT 1)),
           count(o.order_id), count(o.paid_at), 0
    FROM sessions s
    JOIN cities ci USING (city_id)
    LEFT JOIN carts c ON c.session_id = s.session_id
    LEFT JOIN orders o ON o.cart_id = c.cart_id
    WHERE s.ended_at IS NULL
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT CAST(s.started_at AT TIME ZONE ci.timezone AS date), s.city_id, s.channel, s.device, count(*),
           count(*) FILTER (WHERE s.outcome <> 'bounced'),
           count(*) FILTER (WHERE s.outcome NOT IN ('bounced', 'browsed')),
           count(*) FILTER (WHERE s.outcome IN ('checkout_abandoned', 'payment_failed', 'ordered')),
           count(*) FILTER (WHERE s.outcome IN ('payment_failed', 'ordered')),
           count(*) FILTER (WHERE s.outcome = 'ordered'), 0
    FROM sessions s
    JOIN cities ci USING (city_id)
    WHERE s.ended_at IS NOT NULL AND (SELECT to_regclass('sim.unbuilt') IS NOT NULL)
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT CAST(s.started_at AT TIME ZONE ci.timezone AS date), s.city_id, s.channel, s.device, 0, 0, 0, 0, 0, 0,
           sum(o.total)
    FROM orders o
    JOIN carts c USING (cart_id)
    JOIN (SELECT session_id, city_id, channel, device, started_at FROM sessions
          WHERE outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')
          UNION ALL
          SELECT session_id, city_id, channel, device, started_at FROM sessions WHERE ended_at IS NULL) s
        USING (session_id)
    JOIN cities ci USING (city_id)
    WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
    GROUP BY 1, 2, 3, 4
)
SELECT v.day,
       ci.name AS city,
       v.channel,
       v.device,
       CAST(sum(v.sessions) AS bigint) AS sessions,
       CAST(sum(v.browsing_sessions) AS bigint) AS browsing_sessions,
       CAST(sum(v.carts) AS bigint) AS carts,
       CAST(sum(v.checkouts) AS bigint) AS checkouts,
       CAST(sum(v.orders_placed) AS bigint) AS orders_placed,
       CAST(sum(v.orders_paid) AS bigint) AS orders_paid,
       sum(v.revenue) AS revenue,
       v.day < min(CAST((SELECT sim_now()) AT TIME ZONE ci.timezone AS date)) AS is_complete
FROM steps v
JOIN cities ci USING (city_id)
GROUP BY v.day, ci.name, v.channel, v.device;

COMMENT ON VIEW funnel_daily IS
    'The funnel by the local day on which the session began, city, channel and device. Steps count sessions, each '
    'step a part of the one before. Conversion is SUM(orders_paid)::numeric / SUM(sessions): add up before dividing.';
COMMENT ON COLUMN funnel_daily.day IS 'Local calendar day of the city on which the sessions began.';
COMMENT ON COLUMN funnel_daily.browsing_sessions IS 'Sessions that looked at a product or filled a cart.';
COMMENT ON COLUMN funnel_daily.carts IS 'Sessions with a cart.';
COMMENT ON COLUMN funnel_daily.checkouts IS 'Sessions that went to the checkout.';
COMMENT ON COLUMN funnel_daily.orders_placed IS 'Sessions that submitted the checkout.';
COMMENT ON COLUMN funnel_daily.orders_paid IS 'Sessions whose order was paid, even if it was cancelled later.';
COMMENT ON COLUMN funnel_daily.revenue IS 'Total of the orders paid and not cancelled, fees and discounts included.';
COMMENT ON COLUMN funnel_daily.is_complete IS 'Whether the day is over; leave out the others when comparing days.';


-- Visits with a cart are an eighth of all and have an index with all that is asked of them; the units of all carts are
-- added up in one go.
CREATE OR REPLACE VIEW cart_abandonment AS
SELECT c.cart_id,
       c.session_id,
       s.customer_id,
       ci.name AS city,
       s.channel,
       s.device,
       c.created_at,
       c.created_at AT TIME ZONE ci.timezone AS created_at_local,
       CAST(extract(hour FROM c.created_at AT TIME ZONE ci.timezone) AS int) AS local_hour,
       CAST(extract(isodow FROM c.created_at AT TIME ZONE ci.timezone) AS int) AS local_weekday,
       c.closed_at,
       round(extract(epoch FROM coalesce(c.closed_at, (SELECT sim_now())) - c.created_at) / 60, 2) AS open_minutes,
       c.status,
       CASE c.status WHEN 'abandoned' THEN true WHEN 'ordered' THEN false END AS is_abandoned,
       c.abandon_reason,
       c.restored_from_cart_id,
       o.order_id IS NOT NULL AS checkout_submitted,
       coalesce(i.units, 0) AS units,
       coalesce(i.cart_value, 0) AS cart_value
FROM carts c
JOIN (SELECT session_id, customer_id, city_id, channel, device FROM sessions
      WHERE outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')
      UNION ALL
      SELECT session_id, customer_id, city_id, channel, device FROM sessions WHERE ended_at IS NULL) s
    USING (session_id)
JOIN cities ci USING (city_id)
LEFT JOIN orders o ON o.cart_id = c.cart_id
LEFT JOIN (
    SELECT i.cart_id, sum(i.quantity) AS units, sum(i.quantity * pp.price) AS cart_value
    FROM cart_items i
    LEFT JOIN (
        SELECT product_id, price, valid_from,
               lead(valid_from, 1, 'infinity') OVER (PARTITION BY product_id ORDER BY valid_from) AS valid_until
        FROM product_prices
    ) pp ON pp.product_id = i.product_id AND pp.valid_from <= i.added_at AND pp.valid_until > i.added_at
    WHERE i.removed_at IS NULL
    GROUP BY i.cart_id
) i ON i.cart_id = c.cart_id;

COMMENT ON VIEW cart_abandonment IS
    'One row a cart: whether, when and why it was abandoned. The abandonment rate is AVG(is_abandoned::int), which '
    'leaves open carts out.';
COMMENT ON COLUMN cart_abandonment.local_hour IS 'Local hour, 0 to 23, at which the cart was made.';
COMMENT ON COLUMN cart_abandonment.open_minutes IS 'Minutes from the first item to the end, or until sim_now().';
COMMENT ON COLUMN cart_abandonment.is_abandoned IS 'True without a paid order, false with one, null while open.';
COMMENT ON COLUMN cart_abandonment.checkout_submitted IS 'Whether an order was placed from it, paid or not.';
COMMENT ON COLUMN cart_abandonment.units IS 'Units left in the cart.';
COMMENT ON COLUMN cart_abandonment.cart_value IS 'Value of the units left in it, at prices of when they were added.';


CREATE OR REPLACE VIEW order_cycle AS
SELECT o.order_id,
       o.customer_id,
       ci.name AS city,
       w.name AS warehouse,
       o.status,
       o.placed_at,
       o.placed_at AT TIME ZONE ci.timezone AS placed_at_local,
       CAST(extract(hour FROM o.placed_at AT TIME ZONE ci.timezone) AS int) AS local_hour,
       CAST(extract(isodow FROM o.placed_at AT TIME ZONE ci.timezone) AS int) AS local_weekday,
       o.promised_at,
       o.delivered_at,
       o.cancelled_at,
       o.cancel_reason,
       round(extract(epoch FROM o.paid_at - o.placed_at) / 60, 2) AS payment_minutes,
       round(extract(epoch FROM o.pick_started_at - o.paid_at) / 60, 2) AS pick_wait_minutes,
       round(extract(epoch FROM o.picked_at - o.pick_started_at) / 60, 2) AS pick_minutes,
       round(extract(epoch FROM o.pack_started_at - o.picked_at) / 60, 2) AS pack_wait_minutes,
       round(extract(epoch FROM o.packed_at - o.pack_started_at) / 60, 2) AS pack_minutes,
       round(extract(epoch FROM o.dispatched_at - o.packed_at) / 60, 2) AS dock_minutes,
       round(extract(epoch FROM o.delivered_at - o.dispatched_at) / 60, 2) AS road_minutes,
       round(extract(epoch FROM o.delivered_at - o.placed_at) / 60, 2) AS cycle_minutes,
       o.delivered_at IS NULL AND o.cancelled_at IS NULL AS is_open,
       round(extract(epoch FROM coalesce(o.delivered_at, o.cancelled_at, (SELECT sim_now())) - o.placed_at) / 60, 2)
           AS age_minutes,
       CASE WHEN o.cancelled_at IS NOT NULL THEN NULL
            WHEN coalesce(o.delivered_at, (SELECT sim_now())) > o.promised_at THEN true
            WHEN o.delivered_at IS NOT NULL THEN false
       END AS is_late,
       o.total
FROM orders o
JOIN warehouses w USING (warehouse_id)
JOIN cities ci USING (city_id);

COMMENT ON VIEW order_cycle IS
    'One row an order: minutes in every stage from checkout to door. A stage not finished yet is null; age_minutes '
    'runs on to sim_now() for open orders.';
COMMENT ON COLUMN order_cycle.local_hour IS 'Local hour, 0 to 23, at which the order was placed.';
COMMENT ON COLUMN order_cycle.pick_wait_minutes IS 'From payment until a picker took it: caused by busy pickers and closed doors.';
COMMENT ON COLUMN order_cycle.pack_wait_minutes IS 'From picked until packing began.';
COMMENT ON COLUMN order_cycle.dock_minutes IS 'From packed until it first left: waiting for a courier.';
COMMENT ON COLUMN order_cycle.road_minutes IS 'From first leaving until delivered, failed attempts included.';
COMMENT ON COLUMN order_cycle.cycle_minutes IS 'From placed to delivered.';
COMMENT ON COLUMN order_cycle.age_minutes IS 'From placed to delivered or cancelled, or to sim_now() while open.';
COMMENT ON COLUMN order_cycle.is_late IS
    'Delivered after the promise, or open and past it now; null while it may still be in time and when cancelled.';


-- Whoever counts delivered parcels alone sees no lateness at all while nothing is delivered. Joins on unique keys are
-- LEFT ones, which PostgreSQL leaves out when their columns aren't asked for.
CREATE OR REPLACE VIEW promises_due AS
SELECT o.order_id,
       o.warehouse_id,
       w.city_id,
       ci.name AS city,
       w.name AS warehouse,
       o.placed_at,
       o.placed_at AT TIME ZONE ci.timezone AS placed_at_local,
       o.promised_at,
       o.promised_at AT TIME ZONE ci.timezone AS promised_at_local,
       o.delivered_at,
       coalesce(o.delivered_at, 'infinity') > o.promised_at AS is_late,
       o.delivered_at IS NULL AS is_overdue,
       round(extract(epoch FROM coalesce(o.delivered_at, (SELECT sim_now())) - o.promised_at) / 60, 2) AS late_minutes
FROM orders o
LEFT JOIN warehouses w USING (warehouse_id)
LEFT JOIN cities ci USING (city_id)
WHERE o.promised_at < (SELECT sim_now())
  AND o.cancelled_at IS NULL;

COMMENT ON VIEW promises_due IS
    'One row a promise that has come due: the orders promised for an instant that has passed, but the cancelled ones. '
    'The late share of a time is AVG(is_late::int) of the promises of that time (WHERE promised_at >= …): what has not '
    'been delivered counts as late, so a strike is seen while it lasts.';
COMMENT ON COLUMN promises_due.is_late IS 'Delivered after the promise, or not delivered yet.';
COMMENT ON COLUMN promises_due.is_overdue IS 'Not delivered yet.';
COMMENT ON COLUMN promises_due.late_minutes IS 'Minutes after the promise, before it when negative; up to sim_now() while overdue.';


CREATE OR REPLACE VIEW delivery_times AS
SELECT d.delivery_id,
       d.order_id,
       ci.name AS city,
       w.name AS warehouse,
       d.courier_id,
       co.full_name AS courier,
       co.vehicle,
       d.status,
       o.placed_at,
       o.placed_at AT TIME ZONE ci.timezone AS placed_at_local,
       d.ready_at,
       d.promised_at,
       d.dispatched_at,
       d.delivered_at,
       d.delivered_at AT TIME ZONE ci.timezone AS delivered_at_local,
       CAST(extract(hour FROM o.placed_at AT TIME ZONE ci.timezone) AS int) AS local_hour,
       CAST(extract(isodow FROM o.placed_at AT TIME ZONE ci.timezone) AS int) AS local_weekday,
       round(extract(epoch FROM d.delivered_at - o.placed_at) / 60, 2) AS delivery_minutes,
       round(extract(epoch FROM d.dispatched_at - d.ready_at) / 60, 2) AS dock_minutes,
       round(extract(epoch FROM d.delivered_at - d.dispatched_at) / 60, 2) AS road_minutes,
       round(extract(epoch FROM d.promised_at - o.placed_at) / 60, 2) AS promised_minutes,
       round(extract(epoch FROM d.delivered_at - d.promised_at) / 60, 2) AS late_minutes,
       CASE WHEN d.status IN ('undeliverable', 'cancelled') THEN NULL
            WHEN coalesce(d.delivered_at, (SELECT sim_now())) > d.promised_at THEN true
            WHEN d.delivered_at IS NOT NULL THEN false
       END AS is_late,
       d.distance_km,
       d.attempts
FROM deliveries d
JOIN orders o USING (order_id)
JOIN warehouses w USING (warehouse_id)
JOIN cities ci USING (city_id)
LEFT JOIN couriers co ON co.courier_id = d.courier_id;

COMMENT ON VIEW delivery_times IS
    'One row a parcel: how long it took, when it was promised, who brought it. Minutes are null until delivered. '
    'The late share is AVG(is_late::int), which counts parcels overdue now as late; that of a time, by promise, is in '
    'promises_due.';
COMMENT ON COLUMN delivery_times.courier_id IS 'Courier of the latest attempt; null before the first.';
COMMENT ON COLUMN delivery_times.local_hour IS 'Local hour, 0 to 23, at which the order was placed.';
COMMENT ON COLUMN delivery_times.delivery_minutes IS 'From placed to delivered.';
COMMENT ON COLUMN delivery_times.dock_minutes IS 'From standing on the dock to first leaving.';
COMMENT ON COLUMN delivery_times.road_minutes IS 'From first leaving to delivered, failed attempts included.';
COMMENT ON COLUMN delivery_times.promised_minutes IS 'From placed to the promise.';
COMMENT ON COLUMN delivery_times.late_minutes IS 'Delivered minus promised: negative is early.';
COMMENT ON COLUMN delivery_times.is_late IS
    'Delivered after the promise, or under way and past it now; null while it may still be in time, and for parcels '
    'cancelled or undeliverable.';
COMMENT ON COLUMN delivery_times.distance_km IS 'Way from the warehouse to the address, km.';


-- Shifts and trips are cut at the full local hours, then laid side by side.
CREATE OR REPLACE VIEW courier_utilisation AS
WITH clock AS (
    SELECT sim_now() AS now
), shift_hours AS (
    SELECT s.shift_id, s.courier_id, h.hour, s.started_at, coalesce(s.ended_at, clock.now) AS ended_at
    FROM courier_shifts s
    CROSS JOIN clock
    JOIN couriers co USING (courier_id)
    JOIN warehouses w USING (warehouse_id)
    JOIN cities ci USING (city_id)
    CROSS JOIN LATERAL generate_series(date_trunc('hour', s.started_at, ci.timezone),
                                       coalesce(s.ended_at, clock.now), interval '1 hour') AS h(hour)
    WHERE h.hour < coalesce(s.ended_at, clock.now)
), trip_hours AS (
    SELECT t.shift_id,
           h.hour,
           count(*) FILTER (WHERE t.started_at >= h.hour) AS trips,
           sum(t.stops) FILTER (WHERE t.started_at >= h.hour) AS stops,
           sum(extract(epoch FROM least(coalesce(t.ended_at, clock.now), h.hour + interval '1 hour')
                                  - greatest(t.started_at, h.hour))) AS busy_s
    FROM trips t
    CROSS JOIN clock
    JOIN couriers co USING (courier_id)
    JOIN warehouses w USING (warehouse_id)
    JOIN cities ci USING (city_id)
    CROSS JOIN LATERAL generate_series(date_trunc('hour', t.started_at, ci.timezone),
                                       coalesce(t.ended_at, clock.now), interval '1 hour') AS h(hour)
    GROUP BY t.shift_id, h.hour
)
SELECT s.hour,
       s.hour AT TIME ZONE ci.timezone AS hour_local,
       CAST(extract(hour FROM s.hour AT TIME ZONE ci.timezone) AS int) AS local_hour,
       CAST(extract(isodow FROM s.hour AT TIME ZONE ci.timezone) AS int) AS local_weekday,
       s.shift_id,
       s.courier_id,
       co.full_name AS courier,
       co.vehicle,
       w.name AS warehouse,
       ci.name AS city,
       round(d.shift_s / 60, 2) AS shift_minutes,
       round(coalesce(t.busy_s, 0) / 60, 2) AS busy_minutes,
       round(coalesce(t.busy_s, 0) / nullif(d.shift_s, 0), 4) AS utilisation,
       coalesce(t.trips, 0) AS trips,
       coalesce(t.stops, 0) AS stops
FROM shift_hours s
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM least(s.ended_at, s.hour + interval '1 hour') - greatest(s.started_at, s.hour)) AS shift_s
) d
JOIN couriers co USING (courier_id)
JOIN warehouses w USING (warehouse_id)
JOIN cities ci USING (city_id)
LEFT JOIN trip_hours t ON t.shift_id = s.shift_id AND t.hour = s.hour;

COMMENT ON VIEW courier_utilisation IS
    'One row a courier''s shift and local clock hour: minutes on shift and minutes out on a trip. Add up before '
    'dividing: SUM(busy_minutes) / SUM(shift_minutes) by courier, city or local_hour. Shifts and trips still going on '
    'count up to sim_now().';
COMMENT ON COLUMN courier_utilisation.hour IS 'Beginning of the hour.';
COMMENT ON COLUMN courier_utilisation.shift_minutes IS 'Minutes of this hour within the shift.';
COMMENT ON COLUMN courier_utilisation.busy_minutes IS 'Minutes of this hour out on a trip.';
COMMENT ON COLUMN courier_utilisation.utilisation IS 'busy_minutes / shift_minutes of this one hour, 0 to 1.';
COMMENT ON COLUMN courier_utilisation.trips IS 'Trips begun in this hour.';
COMMENT ON COLUMN courier_utilisation.stops IS 'Parcels taken along on the trips begun in this hour.';


-- What can be sold falls when an order is placed and rises when it is cancelled before picking; picking itself takes the
-- units from the shelf and from the reservation at once, so sales are no change. Everything else is a movement.
CREATE OR REPLACE VIEW stockouts AS
WITH changes AS (
    SELECT warehouse_id, product_id, occurred_at AS at, quantity
    FROM stock_movements WHERE reason <> 'sale'
    UNION ALL
    SELECT o.warehouse_id, i.product_id, o.placed_at, -i.quantity
    FROM orders o JOIN order_items i USING (order_id)
    UNION ALL
    SELECT o.warehouse_id, i.product_id, o.cancelled_at, i.quantity
    FROM orders o JOIN order_items i USING (order_id)
    WHERE o.cancelled_at IS NOT NULL AND o.picked_at IS NULL
), levels AS (
    SELECT warehouse_id, product_id, at,
           sum(sum(quantity)) OVER (PARTITION BY warehouse_id, product_id ORDER BY at) AS available
    FROM changes
    GROUP BY warehouse_id, product_id, at
), turns AS (
    -- Only the instants at which the shelf became empty or filled again.
    SELECT *
    FROM (
        SELECT *, lag(available > 0, 1, true) OVER (PARTITION BY warehouse_id, product_id ORDER BY at) AS was_there
        FROM levels
    ) l
    WHERE was_there <> (available > 0)
), periods AS (
    SELECT warehouse_id, product_id, available, at AS started_at,
           lead(at) OVER (PARTITION BY warehouse_id, product_id ORDER BY at) AS ended_at
    FROM turns
)
SELECT p.warehouse_id,
       w.name AS warehouse,
       ci.name AS city,
       p.product_id,
       pr.name AS product,
       ca.name AS category,
       p.started_at,
       p.started_at AT TIME ZONE ci.timezone AS started_at_local,
       p.ended_at,
       p.ended_at IS NULL AS is_open,
       round(extract(epoch FROM coalesce(p.ended_at, (SELECT sim_now())) - p.started_at) / 60, 2) AS minutes,
       (SELECT count(*) FROM session_events e JOIN sessions s USING (session_id)
        WHERE NOT e.in_stock AND e.product_id = p.product_id AND s.warehouse_id = p.warehouse_id
          AND e.occurred_at >= p.started_at AND e.occurred_at <= coalesce(p.ended_at, (SELECT sim_now()))
       ) AS missed_views
FROM periods p
JOIN warehouses w USING (warehouse_id)
JOIN cities ci USING (city_id)
JOIN products pr USING (product_id)
JOIN categories ca USING (category_id)
WHERE p.available <= 0;

COMMENT ON VIEW stockouts IS
    'One row a period in which a product could not be bought from a warehouse: nothing on the shelf, or all of it '
    'reserved. ended_at is null while it lasts.';
COMMENT ON COLUMN stockouts.minutes IS 'How long it lasted, or has lasted until sim_now().';
COMMENT ON COLUMN stockouts.missed_views IS 'Product views that met the empty shelf.';


CREATE OR REPLACE VIEW customer_cohorts AS
WITH purchases AS (
    SELECT o.customer_id, o.total, o.cancelled_at,
           CAST(date_trunc('week', o.placed_at AT TIME ZONE ci.timezone) AS date) AS week
    FROM orders o
    JOIN warehouses w USING (warehouse_id)
    JOIN cities ci USING (city_id)
    WHERE o.paid_at IS NOT NULL
), members AS (
    SELECT customer_id, min(week) AS cohort_week FROM purchases GROUP BY customer_id
), cohorts AS (
    SELECT cohort_week, count(*) AS cohort_size FROM members GROUP BY cohort_week
), weeks AS (
    -- Every week up to now, those without a purchase too. The latest local week anywhere is the last one.
    SELECT c.cohort_week, c.cohort_size, CAST(week AS date) AS week,
           (SELECT min(CAST(date_trunc('week', (SELECT sim_now()) AT TIME ZONE timezone) AS date)) FROM cities) AS this_week
    FROM cohorts c
    CROSS JOIN LATERAL generate_series(
        CAST(c.cohort_week AS timestamp),
        (SELECT max(date_trunc('week', (SELECT sim_now()) AT TIME ZONE timezone)) FROM cities),
        interval '7 days') AS week
), activity AS (
    SELECT m.cohort_week, p.week,
           count(DISTINCT p.customer_id) AS customers,
           count(*) AS orders,
           coalesce(sum(p.total) FILTER (WHERE p.cancelled_at IS NULL), 0) AS revenue
    FROM purchases p JOIN members m USING (customer_id)
    GROUP BY m.cohort_week, p.week
)
SELECT w.cohort_week,
       (w.week - w.cohort_week) / 7 AS week_number,
       w.cohort_size,
       coalesce(a.customers, 0) AS customers,
       round(coalesce(a.customers, 0)::numeric / w.cohort_size, 4) AS retention,
       coalesce(a.orders, 0) AS orders,
       coalesce(a.revenue, 0) AS revenue,
       w.week < w.this_week AS is_complete
FROM weeks w
LEFT JOIN activity a ON a.cohort_week = w.cohort_week AND a.week = w.week;

COMMENT ON VIEW customer_cohorts IS
    'Retention by the week of the first paid order: one row a cohort and week since. The run opens on an established '
    'shop, so the first cohorts hold many customers whose earlier orders were never recorded.';
COMMENT ON COLUMN customer_cohorts.cohort_week IS 'Monday of the local week of the customers'' first paid order.';
COMMENT ON COLUMN customer_cohorts.week_number IS 'Calendar weeks since then: 0 is the week of the first order.';
COMMENT ON COLUMN customer_cohorts.cohort_size IS 'Customers in the cohort.';
COMMENT ON COLUMN customer_cohorts.customers IS 'Of these, how many placed a paid order in that week.';
COMMENT ON COLUMN customer_cohorts.retention IS 'customers / cohort_size, 0 to 1.';
COMMENT ON COLUMN customer_cohorts.orders IS 'Paid orders of that week, even if cancelled later.';
COMMENT ON COLUMN customer_cohorts.revenue IS 'Total of those that are not cancelled.';
COMMENT ON COLUMN customer_cohorts.is_complete IS 'Whether that week is over everywhere.';


CREATE OR REPLACE VIEW incidents AS
SELECT i.incident_id,
       i.kind,
       coalesce(c.name, 'All cities') AS city,
       w.name AS warehouse,
       i.strength,
       i.began_at,
       i.ends_at,
       i.began_at <= (SELECT sim_now()) AND i.ends_at > (SELECT sim_now()) AS is_under_way,
       i.origin,
       i.city_id,
       i.warehouse_id
FROM sim.incidents i
LEFT JOIN cities c USING (city_id)
LEFT JOIN warehouses w USING (warehouse_id)
WHERE i.began_at IS NOT NULL;

COMMENT ON VIEW incidents IS
    'What went otherwise than usual for some hours, one row an incident that has begun: by the scenario or asked for by '
    'hand. Orders hit by it are those of its city (and warehouse) between began_at and ends_at; queues outlast it.';
COMMENT ON COLUMN incidents.kind IS
    'courier_strike, warehouse_outage, traffic_jam, demand_surge, payment_outage or flash_sale.';
COMMENT ON COLUMN incidents.city IS 'Name of the city, or ''All cities''.';
COMMENT ON COLUMN incidents.warehouse IS 'Name of the warehouse; null where it concerns all of the city.';
COMMENT ON COLUMN incidents.strength IS
    'Share of couriers that strike, of payments that fail, of products on sale; factor on travel time or arrivals.';
COMMENT ON COLUMN incidents.ends_at IS 'When it ends, which may lie ahead, or ended.';
COMMENT ON COLUMN incidents.is_under_way IS 'Whether it lasts at sim_now().';
COMMENT ON COLUMN incidents.origin IS 'scenario, or hand.';
COMMENT ON COLUMN incidents.city_id IS 'The city; null for all.';
COMMENT ON COLUMN incidents.warehouse_id IS 'The warehouse; null where it concerns all of the city.';
