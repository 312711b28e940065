WITH mine AS (
    SELECT o.*, coalesce(o.delivered_at < %(as_of)s, false) AS came
    FROM orders o
    WHERE o.placed_at >= kept_since() AND o.placed_at < %(as_of)s AND coalesce(o.cancelled_at >= %(as_of)s, true)
), visited AS (
    SELECT s.customer_id, count(*) AS visits,
           count(*) FILTER (WHERE EXISTS (SELECT FROM session_events e WHERE e.session_id = s.session_id
                            AND e.event_type IN ('product_view', 'cart_restored'))) AS browsed,
           count(c.cart_id) AS carts,
           count(*) FILTER (WHERE EXISTS (SELECT FROM session_events e WHERE e.session_id = s.session_id
                            AND e.event_type = 'checkout')) AS checkouts,
           count(o.paid_at) AS ordered
    FROM sessions s
    LEFT JOIN carts c USING (session_id)
    LEFT JOIN orders o USING (cart_id)
    WHERE s.started_at >= kept_since() AND s.ended_at < %(as_of)s
    GROUP BY s.customer_id
), bought AS (
    SELECT customer_id, count(*) AS orders, sum(total) AS revenue, avg(total) AS mean, min(placed_at) AS first,
           max(placed_at) AS last
    FROM mine WHERE paid_at < %(as_of)s
    GROUP BY customer_id
), items AS (
    SELECT m.customer_id, m.order_id, ca.name AS category, i.quantity, i.quantity * i.unit_price AS amount,
           r.quantity AS sent_back, r.refund_amount
    FROM mine m
    JOIN order_items i USING (order_id)
    JOIN products USING (product_id)
    JOIN categories ca USING (category_id)
    LEFT JOIN returns r ON r.order_id = i.order_id AND r.product_id = i.product_id AND r.requested_at < %(as_of)s
    WHERE m.paid_at < %(as_of)s
), favourites AS (
    SELECT DISTINCT ON (customer_id) customer_id, category
    FROM items
    GROUP BY customer_id, category
    ORDER BY customer_id, sum(quantity) DESC, sum(amount) DESC, category COLLATE "C"
), scores AS (
    SELECT customer_id,
           1 + floor(5 * r / n)::int AS r, 1 + floor(5 * f / n)::int AS f,
           1 + floor(5 * m / n)::int AS m
    FROM (SELECT b.customer_id, (SELECT count(*) FROM bought)::numeric AS n,
                 (SELECT count(*) FROM bought o WHERE o.last < b.last)::numeric AS r,
                 (SELECT count(*) FROM bought o WHERE o.orders < b.orders)::numeric AS f,
                 (SELECT count(*) FROM bought o WHERE o.revenue < b.revenue)::numeric AS m
          FROM bought b) below
)
SELECT c.customer_id, ci.name, c.registered_by, c.registered_at AT TIME ZONE 'UTC',
       coalesce(v.visits, 0), coalesce(v.browsed, 0), coalesce(v.carts, 0), coalesce(v.checkouts, 0), coalesce(v.ordered, 0),
       (SELECT count(*) FROM sessions t WHERE b.orders > 0 AND t.started_at >= kept_since() AND t.started_at < b.first
        AND t.visitor_id IN (SELECT k.visitor_id FROM sessions k WHERE k.customer_id = c.customer_id
                             AND k.started_at >= kept_since() AND k.identified_at < %(as_of)s))
           + CASE WHEN b.orders IS NULL THEN NULL ELSE 0 END,
       coalesce(b.orders, 0), coalesce(b.revenue, 0), round(b.mean, 2),
       (SELECT round(sum(quantity)::numeric / b.orders, 2) FROM items i WHERE i.customer_id = c.customer_id),
       (SELECT round(count(*)::numeric / nullif(b.orders, 0), 2) FROM items i
        WHERE i.customer_id = c.customer_id AND b.orders IS NOT NULL),
       b.first AT TIME ZONE 'UTC', b.last AT TIME ZONE 'UTC',
       round(extract(epoch FROM b.last - b.first) / nullif(b.orders - 1, 0) / 86400, 2),
       round(extract(epoch FROM %(as_of)s - b.last) / 86400, 2),
       f.category,
       coalesce((SELECT sum(sent_back) FROM items i WHERE i.customer_id = c.customer_id), 0),
       coalesce((SELECT sum(refund_amount) FROM items i WHERE i.customer_id = c.customer_id), 0),
       (SELECT count(*) FROM mine m WHERE m.customer_id = c.customer_id AND promised_at < %(as_of)s),
       (SELECT count(*) FROM mine m WHERE m.customer_id = c.customer_id AND promised_at < %(as_of)s
        AND NOT (came AND delivered_at <= promised_at)),
       s.r, s.f, s.m,
       CASE WHEN s.r IS NULL THEN 'no orders'
            WHEN s.r IN (1, 2) THEN CASE WHEN s.f >= 3 THEN 'at risk' ELSE 'lost' END
            WHEN s.r = 3 THEN CASE WHEN s.f >= 3 THEN 'loyal' ELSE 'waning' END
            WHEN s.f >= 4 THEN 'champions' WHEN s.f = 3 THEN 'loyal' ELSE 'recent' END
FROM customers c
JOIN cities ci USING (city_id)
LEFT JOIN visited v USING (customer_id)
LEFT JOIN bought b USING (customer_id)
LEFT JOIN favourites f USING (customer_id)
LEFT JOIN scores s USING (customer_id)
WHERE c.registered_at < %(as_of)s
ORDER BY 1
