WITH reached AS (
    SELECT s.session_id, s.city_id, s.channel, s.device, s.started_at,
           bool_or(e.event_type = 'product_view') AS looked,
           bool_or(e.event_type = 'checkout') AS went_to_checkout
    FROM sessions s
    JOIN session_events e USING (session_id)
    WHERE s.started_at >= kept_since() AND s.ended_at < %(as_of)s
    GROUP BY s.session_id
), visits AS (
    SELECT r.*, ci.name AS city, ci.timezone, (r.started_at AT TIME ZONE ci.timezone)::date AS day,
           c.cart_id IS NOT NULL AS has_cart, o.order_id IS NOT NULL AS submitted, o.paid_at IS NOT NULL AS paid,
           CASE WHEN o.paid_at < %(as_of)s AND coalesce(o.cancelled_at >= %(as_of)s, true) THEN o.total END AS earned
    FROM reached r
    JOIN cities ci USING (city_id)
    LEFT JOIN carts c USING (session_id)
    LEFT JOIN orders o USING (cart_id)
)
SELECT day, city, channel, device, count(*), count(*) FILTER (WHERE looked OR has_cart), count(*) FILTER (WHERE has_cart),
       count(*) FILTER (WHERE went_to_checkout), count(*) FILTER (WHERE submitted), count(*) FILTER (WHERE paid),
       coalesce(sum(earned), 0),
       kept_since() < day::timestamp AT TIME ZONE timezone
           AND (day + 1)::timestamp AT TIME ZONE timezone <= %(as_of)s
FROM visits
GROUP BY day, city, channel, device, timezone
ORDER BY 1, 2, 3, 4
