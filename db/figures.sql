-- The figures that the baseline is compared with, each one query with its band.
--
--   -- name: snake_case_name
--   -- what it is, for people
--   -- band: low .. high [unit]
--   -- published: the rows of docs/published-figures.md that it goes by, by their anchors (left out: our choice)
--   one SELECT of one number (a band that a pair of numbers must keep is two figures)
--
-- All are of the paid orders, sessions … since the run's epoch; "late" is delivered after promised_at, or promised for
-- an instant that has passed and not there.

-- name: session_conversion
-- sessions -> paid orders
-- band: 2.5 .. 4.5 %
-- published: session-conversion
SELECT 100.0 * (SELECT count(*) FROM orders WHERE paid_at IS NOT NULL) / count(*) FROM sessions;

-- name: carts_without_paid_order
-- carts without a paid order, of closed carts
-- band: 65 .. 75 %
-- published: cart-abandonment
SELECT 100.0 * avg((status = 'abandoned')::int) FROM carts WHERE closed_at IS NOT NULL;

-- name: carts_submitted
-- cart -> checkout submitted, of closed carts
-- band: 28 .. 45 %
-- published: funnel-in-counts
SELECT 100.0 * count(o.order_id) / count(*) FROM carts c LEFT JOIN orders o USING (cart_id) WHERE c.closed_at IS NOT NULL;

-- name: payments_declined
-- payment attempts declined
-- band: 5 .. 10 %
-- published: card-declines
SELECT 100.0 * avg((status = 'declined')::int) FROM payments WHERE status <> 'refunded';

-- name: lines_per_order
-- lines an order, mean
-- band: 1.3 .. 3.0
-- published: basket
SELECT count(*)::numeric / count(DISTINCT order_id) FROM order_items;

-- name: single_line_orders
-- share of single-line orders
-- band: 40 .. 75 %
-- published: basket
SELECT 100.0 * avg((lines = 1)::int) FROM (SELECT count(*) AS lines FROM order_items GROUP BY order_id) o;

-- name: units_per_order
-- units an order, mean
-- band: 1.5 .. 3.5
-- published: basket
SELECT avg(units) FROM (SELECT sum(quantity) AS units FROM order_items GROUP BY order_id) o;

-- name: order_value_spread
-- order value, sigma of its logarithm
-- band: 0.5 .. 1.0
-- published: order-value
SELECT stddev(ln(subtotal)) FROM orders WHERE paid_at IS NOT NULL;

-- name: top_fifth_of_products
-- top 20 % of products, share of order lines
-- band: 50 .. 88 %
-- published: product-popularity
SELECT 100.0 * sum(n) FILTER (WHERE rank <= 0.2 * products) / sum(n)
FROM (SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS rank,
             (SELECT count(*) FROM products) AS products
      FROM order_items GROUP BY product_id) p;

-- name: top_tenth_of_customers
-- top 10 % of buying customers, share of orders
-- band: 15 .. 45 %
-- published: repeat-purchase
SELECT 100.0 * sum(n) FILTER (WHERE rank <= 0.1 * customers) / sum(n)
FROM (SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS rank, count(*) OVER () AS customers
      FROM orders WHERE paid_at IS NOT NULL GROUP BY customer_id) c;

-- name: orders_of_established_customers
-- orders of the first four weeks from customers registered before them
-- band: 55 .. 90 %
SELECT 100.0 * avg((c.registered_at < epoch)::int)
FROM orders o JOIN customers c USING (customer_id), sim.current_run
WHERE o.paid_at IS NOT NULL AND o.placed_at < epoch + interval '28 days';

-- name: evening_against_night
-- sessions at 18-20 h against 3-5 h local
-- band: 2.5 .. 6
-- published: hour-of-day
SELECT count(*) FILTER (WHERE hour BETWEEN 18 AND 20)::numeric / count(*) FILTER (WHERE hour BETWEEN 3 AND 5)
FROM (SELECT extract(hour FROM started_at AT TIME ZONE timezone) AS hour FROM sessions JOIN cities USING (city_id)) s;

-- name: delivered_by_promise
-- delivered by the promise
-- band: 80 .. 96 %
-- published: on-time-share late-cancelled
SELECT 100.0 * avg((NOT is_late)::int) FROM promises_due;

-- name: promised_while_nobody_delivers
-- orders promised for an hour of the local day with less than 0.5 % of the deliveries
-- band: 0 .. 2 %
WITH hours AS (
    SELECT extract(hour FROM at AT TIME ZONE timezone) AS hour,
           count(*) FILTER (WHERE promised) AS promised, count(*) FILTER (WHERE NOT promised) AS delivered
    FROM orders JOIN warehouses USING (warehouse_id) JOIN cities USING (city_id),
         LATERAL (VALUES (true, promised_at - interval '1 second'), (false, delivered_at)) AS h (promised, at)
    WHERE delivered_at IS NOT NULL GROUP BY 1
)
SELECT 100.0 * coalesce(sum(promised) FILTER (WHERE delivered < 0.005 * (SELECT sum(delivered) FROM hours)), 0) / sum(promised)
FROM hours;

-- name: late_worst_hour_against_best
-- late share, worst local hour of ordering against best (hours with 1 % of the orders or more)
-- band: 2 .. 50
SELECT max(late) / nullif(min(late), 0)
FROM (SELECT avg(is_late::int) AS late
      FROM promises_due
      GROUP BY extract(hour FROM placed_at_local)
      HAVING count(*) >= 0.01 * (SELECT count(*) FROM promises_due)) h;

-- name: cycle_p95_over_median
-- placed -> delivered, P95 over median
-- band: 1.8 .. 4
-- published: parcel-stages
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY delivered_at - placed_at)
     / percentile_cont(0.5) WITHIN GROUP (ORDER BY delivered_at - placed_at)
FROM (SELECT extract(epoch FROM delivered_at) AS delivered_at, extract(epoch FROM placed_at) AS placed_at
      FROM orders WHERE delivered_at IS NOT NULL) o;

-- name: cycle_coefficient_of_variation
-- placed -> delivered, standard deviation over mean
-- band: 0.5 .. 1.0
-- published: parcel-stages
SELECT stddev(s) / avg(s)
FROM (SELECT extract(epoch FROM delivered_at - placed_at) AS s FROM orders WHERE delivered_at IS NOT NULL) o;

-- name: first_attempt_succeeds
-- first attempt succeeds
-- band: 92 .. 98 %
-- published: first-attempt-succeeds
SELECT 100.0 * avg((outcome = 'delivered')::int) FROM delivery_attempts WHERE attempt_no = 1;

-- name: orders_cancelled
-- paid orders cancelled
-- band: 0.3 .. 3 %
-- published: late-cancelled
SELECT 100.0 * avg((cancelled_at IS NOT NULL)::int) FROM orders WHERE paid_at IS NOT NULL;

-- name: reviews_five_stars
-- reviews with 5 stars
-- band: 48 .. 65 %
-- published: review-score
SELECT 100.0 * avg((rating = 5)::int) FROM reviews;

-- name: reviews_one_star
-- reviews with 1 star
-- band: 4 .. 14 %
-- published: review-score
SELECT 100.0 * avg((rating = 1)::int) FROM reviews;

-- name: reviews_mean
-- reviews, mean rating
-- band: 3.9 .. 4.3
-- published: review-score
SELECT avg(rating) FROM reviews;

-- name: rating_lost_to_lateness
-- mean rating on time minus late
-- band: 0.6 .. 2.0
-- published: rating-against-lateness
SELECT avg(rating) FILTER (WHERE delivered_at <= promised_at) - avg(rating) FILTER (WHERE delivered_at > promised_at)
FROM reviews JOIN orders USING (order_id);

-- name: lines_returned
-- delivered lines returned, of those delivered 14 days ago or more
-- band: 8 .. 20 %
-- published: returns
SELECT 100.0 * count(r.return_id) / nullif(count(*), 0)
FROM orders o JOIN order_items i USING (order_id) LEFT JOIN returns r USING (order_id, product_id)
WHERE o.delivered_at <= (SELECT sim_now()) - interval '14 days';

-- name: lines_returned_lowest_category
-- the same, the category with the lowest share
-- band: 3 .. 32 %
-- published: returns
SELECT min(share) FROM (
    SELECT 100.0 * count(r.return_id) / count(*) AS share
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
    LEFT JOIN returns r ON r.order_id = i.order_id AND r.product_id = i.product_id
    WHERE o.delivered_at <= (SELECT sim_now()) - interval '14 days' GROUP BY p.category_id) c;

-- name: lines_returned_highest_category
-- the same, the category with the highest share
-- band: 3 .. 32 %
-- published: returns
SELECT max(share) FROM (
    SELECT 100.0 * count(r.return_id) / count(*) AS share
    FROM orders o JOIN order_items i USING (order_id) JOIN products p USING (product_id)
    LEFT JOIN returns r ON r.order_id = i.order_id AND r.product_id = i.product_id
    WHERE o.delivered_at <= (SELECT sim_now()) - interval '14 days' GROUP BY p.category_id) c;

-- name: views_of_empty_shelves
-- product views that met an empty shelf
-- band: 0.2 .. 5 %
SELECT 100.0 * avg((NOT in_stock)::int) FROM session_events WHERE event_type = 'product_view';

-- name: courier_busy
-- courier busy share while on shift
-- band: 45 .. 85 %
SELECT 100.0 * (SELECT sum(extract(epoch FROM least(ended_at, (SELECT sim_now())) - started_at)) FROM trips)
     / (SELECT sum(extract(epoch FROM coalesce(ended_at, (SELECT sim_now())) - started_at)) FROM courier_shifts);

-- name: courier_busy_at_peak
-- the same at the peak (20 h local)
-- band: 65 .. 97 %
WITH hours AS (
    SELECT city_id, h AS starts, h + interval '1 hour' AS ends
    FROM cities, sim.current_run,
         generate_series(date_trunc('hour', epoch), sim_now - interval '1 hour', interval '1 hour') AS h
    WHERE extract(hour FROM h AT TIME ZONE timezone) = 20
), work AS (
    SELECT w.city_id, t.started_at, coalesce(t.ended_at, 'infinity') AS ended_at, true AS busy
    FROM trips t JOIN couriers c USING (courier_id) JOIN warehouses w USING (warehouse_id)
    UNION ALL
    SELECT w.city_id, s.started_at, coalesce(s.ended_at, 'infinity'), false
    FROM courier_shifts s JOIN couriers c USING (courier_id) JOIN warehouses w USING (warehouse_id)
)
SELECT 100.0 * sum(s) FILTER (WHERE busy) / sum(s) FILTER (WHERE NOT busy)
FROM (SELECT busy, extract(epoch FROM least(w.ended_at, h.ends) - greatest(w.started_at, h.starts)) AS s
      FROM hours h JOIN work w ON w.city_id = h.city_id AND w.started_at < h.ends AND w.ended_at > h.starts) o;

-- name: payment_by_card
-- payment attempts by card
-- band: 68.9 .. 78.9 %
-- published: payment-mix
SELECT 100.0 * avg((method = 'card')::int) FROM payments WHERE status <> 'refunded';

-- name: payment_by_bank_transfer
-- payment attempts by bank transfer
-- band: 14 .. 24 %
-- published: payment-mix
SELECT 100.0 * avg((method = 'bank_transfer')::int) FROM payments WHERE status <> 'refunded';

-- name: payment_by_voucher
-- payment attempts by voucher
-- band: 0.6 .. 10.6 %
-- published: payment-mix
SELECT 100.0 * avg((method = 'voucher')::int) FROM payments WHERE status <> 'refunded';

-- name: payment_by_debit_card
-- payment attempts by debit card
-- band: 0 .. 6.5 %
-- published: payment-mix
SELECT 100.0 * avg((method = 'debit_card')::int) FROM payments WHERE status <> 'refunded';

-- name: picker_busy
-- picker busy share in opening hours
-- band: 40 .. 85 %
WITH config AS (
    SELECT scale, epoch, sim_now, scenario_config -> 'warehouse' -> 'pickers_by_hour' AS pickers
    FROM sim.current_run
), posts AS (
    SELECT warehouse_id, city_id, timezone, count(*) OVER () AS warehouses FROM warehouses JOIN cities USING (city_id)
), work AS (
    SELECT warehouse_id, sum(extract(epoch FROM picked_at - pick_started_at)) AS s
    FROM orders WHERE picked_at IS NOT NULL GROUP BY warehouse_id
), orders_of AS (
    SELECT warehouse_id, count(*)::float / sum(count(*)) OVER () AS share FROM orders GROUP BY warehouse_id
), paid AS (
    SELECT p.warehouse_id,
           sum(CASE WHEN people > 0 THEN greatest(1, round(people * scale * o.share)) ELSE 0 END) * 3600 AS s
    FROM config, posts p JOIN orders_of o USING (warehouse_id),
         generate_series(epoch, sim_now - interval '1 hour', interval '1 hour') AS h,
         LATERAL (SELECT (pickers ->> extract(hour FROM h AT TIME ZONE p.timezone)::int)::float AS people) d
    GROUP BY p.warehouse_id
)
SELECT 100.0 * sum(work.s) / sum(paid.s) FROM work JOIN paid USING (warehouse_id);
