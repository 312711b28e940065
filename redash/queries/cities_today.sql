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
           coalesce(sum(o.total) FILTER (WHERE o.placed_at >= t.midnight), 0) AS revenue
    FROM orders o
    JOIN warehouses w USING (warehouse_id)
    JOIN today t USING (city_id)
    WHERE o.placed_at >= (SELECT sim_now()) - interval '26 hours'
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY t.city_id
), promises AS (
    -- Of the parcels promised since midnight; what is overdue may have been promised earlier.
    SELECT t.city_id,
           count(*) FILTER (WHERE p.promised_at >= t.midnight) AS due,
           count(*) FILTER (WHERE p.promised_at >= t.midnight AND NOT p.is_late) AS on_time,
           count(*) FILTER (WHERE p.is_overdue) AS overdue
    FROM promises_due p
    JOIN today t USING (city_id)
    WHERE p.is_overdue
       OR p.promised_at >= (SELECT sim_now()) - interval '26 hours'
    GROUP BY t.city_id
)
SELECT t.city,
       t.latitude,
       t.longitude,
       to_char(sim_now() AT TIME ZONE t.timezone, 'Dy HH24:MI') AS local_time,
       t.city || ', ' || to_char(sim_now() AT TIME ZONE t.timezone, 'Dy HH24:MI') AS city_and_time,
       coalesce(v.sessions, 0) AS sessions,
       coalesce(s.orders, 0) AS orders,
       coalesce(s.revenue, 0) AS revenue,
       coalesce(currency(), '') AS currency,
       coalesce(currency() || U&'\00A0', '') || to_char(coalesce(s.revenue, 0), 'FM999,999,999,990') AS revenue_shown,
       round(coalesce(100.0 * v.conversions / nullif(v.sessions, 0), 0), 2) AS conversion_percent,
       coalesce(round(100.0 * p.on_time / nullif(p.due, 0), 1) || ' %', 'none due') AS on_time,
       coalesce(p.overdue, 0) AS overdue_now,
       CASE WHEN coalesce(p.due, 0) = 0 THEN 'Nothing due yet'
            WHEN p.on_time >= 0.9 * p.due THEN 'On target'
            ELSE 'Below 90 % on time'
       END AS punctuality
FROM today t
LEFT JOIN visits v USING (city_id)
LEFT JOIN sales s USING (city_id)
LEFT JOIN promises p USING (city_id)
ORDER BY revenue DESC, t.city
