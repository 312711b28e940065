-- title: Conversion today
-- question: How many visits became a paid order?
-- grain: one row

-- Visits that have ended, since midnight in each city's local time.
WITH today AS MATERIALIZED (
    SELECT city_id, date_trunc('day', sim_now(), timezone) AS midnight
    FROM cities
    WHERE city_id = ANY (cities_named('{{ city }}'))
), visits AS (
    SELECT count(*) AS sessions,
           -- A session's outcome is 'ordered' exactly when its order was paid.
           count(*) FILTER (WHERE s.outcome = 'ordered') AS paid_orders
    FROM sessions s
    JOIN today t USING (city_id)
    -- No local day is older than that: this bound lets the index on started_at do the work.
    WHERE s.started_at >= (SELECT sim_now()) - interval '26 hours'
      AND s.started_at >= t.midnight
      AND s.outcome IS NOT NULL
)
SELECT sessions,
       paid_orders,
       round(coalesce(100.0 * paid_orders / nullif(sessions, 0), 0), 2) AS conversion_percent,
       CASE WHEN sessions > 0 THEN 3.0 END AS goal_percent
FROM visits
