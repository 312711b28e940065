-- title: Cities today
-- question: How is each city doing since its local midnight?
-- grain: one row a city
WITH today AS MATERIALIZED (
    SELECT c.city_id,
           c.name AS city,
           c.latitude,
           c.longitude,
           c.timezone,
           date_trunc('day', sim_now(), c.timezone) AS midnight
    FROM cities c
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), visits AS (
    SELECT s.city_id, count(*) AS sessions, count(*) FILTER (WHERE s.outcome = 'ordered') AS conversions
    FROM sessions s
    JOIN today t USING (city_id)
    WHERE s.started_at >= (SELECT sim_now()) - interval '26 hours'
      AND s.started_at >= t.midnight
      AND s.outcome IS NOT NULL
    GROUP BY s.city_id
), sales AS (
    SELECT t.city_id,
           count(*) FILTER (WHERE o.placed_at >= t.midnight) AS orders,
           coalesce(sum(o.total) FILTER (WHERE o.placed_at >= t.midnight), 0) AS revenue,
           count(*) FILTER (WHERE o.delivered_at >= t.midnight) AS delivered,
           count(*) FILTER (WHERE o.delivered_at >= t.midnight AND o.delivered_at <= o.promised_at) AS on_time,
           count(*) FILTER (WHERE o.delivered_at IS NULL AND o.promised_at < (SELECT sim_now())) AS overdue
    FROM orders o
    JOIN warehouses w USING (warehouse_id)
    JOIN today t USING (city_id)
    WHERE o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY t.city_id
)
SELECT t.city,
       t.latitude,
       t.longitude,
       to_char(sim_now() AT TIME ZONE t.timezone, 'Dy HH24:MI') AS local_time,
       coalesce(v.sessions, 0) AS sessions,
       coalesce(s.orders, 0) AS orders,
       coalesce(s.revenue, 0) AS revenue,
       round(coalesce(100.0 * v.conversions / nullif(v.sessions, 0), 0), 2) AS conversion_percent,
       coalesce(round(100.0 * s.on_time / nullif(s.delivered, 0), 1) || ' %', 'none yet') AS on_time,
       coalesce(s.overdue, 0) AS overdue_now,
       CASE WHEN coalesce(s.delivered, 0) = 0 THEN 'Nothing delivered yet'
            WHEN s.on_time >= 0.9 * s.delivered THEN 'On target'
            ELSE 'Below 90 % on time'
       END AS punctuality
FROM today t
LEFT JOIN visits v USING (city_id)
LEFT JOIN sales s USING (city_id)
ORDER BY revenue DESC, t.city
