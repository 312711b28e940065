WITH paid AS (
    SELECT o.*, ci.name AS city, ci.timezone, c.registered_at,
           (o.placed_at AT TIME ZONE ci.timezone)::date AS day
    FROM orders o
    JOIN warehouses USING (warehouse_id)
    JOIN cities ci USING (city_id)
    JOIN customers c USING (customer_id)
    WHERE o.placed_at >= kept_since() AND o.paid_at < %(as_of)s
), told AS (
    SELECT p.*,
           CASE WHEN p.registered_at >= kept_since()
                 AND NOT EXISTS (SELECT FROM paid e WHERE e.customer_id = p.customer_id
                                 AND (e.placed_at, e.order_id) < (p.placed_at, p.order_id))
                THEN 'new' ELSE 'returning' END AS customer_kind
    FROM paid p
    WHERE coalesce(p.cancelled_at >= %(as_of)s, true)
)
SELECT day, city, customer_kind, count(*), sum(total), round(avg(total), 2),
       percentile_disc(0.25) WITHIN GROUP (ORDER BY total),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY total),
       percentile_disc(0.75) WITHIN GROUP (ORDER BY total),
       kept_since() < day::timestamp AT TIME ZONE timezone
           AND (day + 1)::timestamp AT TIME ZONE timezone <= %(as_of)s
FROM told
GROUP BY day, city, customer_kind, timezone
ORDER BY 1, 2, 3
