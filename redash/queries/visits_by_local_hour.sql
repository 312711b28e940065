-- title: Visits and conversion by hour of day
-- question: When do shoppers come, and when do they buy? Local hours.
-- grain: one row a local hour
WITH quarters AS (
    -- Local time is worked out for quarters of an hour and not for every visit: all zones differ by quarters.
    SELECT v.city_id,
           v.quarter_at AS quarter,
           sum(v.sessions) AS sessions,
           sum(v.ordered) AS paid_orders
    FROM visits_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY 1, 2
), by_hour AS (
    SELECT extract(hour FROM q.quarter AT TIME ZONE c.timezone) AS local_hour,
           sum(q.sessions) AS sessions,
           sum(q.paid_orders) AS paid_orders
    FROM quarters q
    JOIN cities c USING (city_id)
    GROUP BY 1
)
SELECT h AS local_hour,
       coalesce(b.sessions, 0) AS sessions,
       round(100.0 * b.paid_orders / b.sessions, 2) AS conversion_percent
FROM generate_series(0, 23) AS h
LEFT JOIN by_hour b ON b.local_hour = h
ORDER BY h
