WITH due AS (
    SELECT ci.name AS city, ci.timezone, w.name AS warehouse, (o.promised_at AT TIME ZONE ci.timezone)::date AS day,
           o.promised_at AS due_at, CASE WHEN o.delivered_at < %(as_of)s THEN o.delivered_at END AS came_at,
           o.pick_started_at, o.packed_at, o.dispatched_at,
           EXISTS (SELECT FROM deliveries d JOIN delivery_attempts a USING (delivery_id)
                   WHERE d.order_id = o.order_id AND a.outcome IN ('nobody_home', 'address_problem', 'refused')
                     AND a.attempted_at <= o.promised_at) AS in_vain
    FROM orders o
    JOIN warehouses w USING (warehouse_id)
    JOIN cities ci USING (city_id)
    WHERE o.placed_at >= kept_since() AND o.promised_at < %(as_of)s AND coalesce(o.cancelled_at >= %(as_of)s, true)
), late AS (
    SELECT *, NOT coalesce(came_at <= due_at, false) AS is_late,
           round(extract(epoch FROM coalesce(came_at, %(as_of)s) - due_at) / 60, 2) AS minutes,
           coalesce(pick_started_at <= due_at, false)::int + coalesce(packed_at <= due_at, false)::int
               + coalesce(dispatched_at <= due_at, false)::int AS stages
    FROM due
)
SELECT day, city, warehouse, count(*), count(*) FILTER (WHERE NOT is_late), count(*) FILTER (WHERE is_late),
       count(*) FILTER (WHERE came_at IS NULL), round(avg(is_late::int), 4),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY minutes) FILTER (WHERE is_late),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY minutes) FILTER (WHERE is_late),
       count(*) FILTER (WHERE is_late AND stages = 0),
       count(*) FILTER (WHERE is_late AND stages = 1),
       count(*) FILTER (WHERE is_late AND stages = 2),
       count(*) FILTER (WHERE is_late AND stages = 3 AND NOT in_vain),
       count(*) FILTER (WHERE is_late AND in_vain),
       kept_since() < (day - 1)::timestamp AT TIME ZONE timezone
           AND (day + 1)::timestamp AT TIME ZONE timezone <= %(as_of)s
FROM late
GROUP BY day, city, warehouse, timezone
ORDER BY 1, 2, 3
