-- title: Orders per hour
-- question: How many paid orders come in each hour? Last 48 full hours, UTC.
-- grain: one row an hour and city, and one an hour with an incident
WITH place AS (
    SELECT w.warehouse_id, c.city_id, c.name AS city
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), hours AS (
    -- Every full hour, so that an hour without an order is a zero and not a gap.
    SELECT hour
    FROM (SELECT date_trunc('hour', sim_now(), 'UTC') AS this_hour) clock
    CROSS JOIN generate_series(this_hour - interval '48 hours', this_hour - interval '1 hour',
                               interval '1 hour') AS hour
    WHERE hour >= period_start('Everything')
), counts AS (
    SELECT date_trunc('hour', o.placed_at, 'UTC') AS hour, p.city_id, count(*) AS orders
    FROM orders o
    JOIN place p USING (warehouse_id)
    WHERE o.placed_at >= (SELECT min(hour) FROM hours)
      AND o.paid_at IS NOT NULL
    GROUP BY 1, 2
), by_city AS (
    SELECT h.hour, c.city_id, c.city, coalesce(n.orders, 0) AS orders
    FROM hours h
    CROSS JOIN (SELECT DISTINCT city_id, city FROM place) c
    LEFT JOIN counts n ON n.hour = h.hour AND n.city_id = c.city_id
), marks AS (
    SELECT hour,
           incidents_during('{{ city }}', hour, hour + interval '1 hour') AS incident,
           max(sum(orders)) OVER () AS most
    FROM by_city
    GROUP BY hour
)
SELECT hour AS hour_utc, city, orders, '' AS incident, city_id AS position FROM by_city
UNION ALL
SELECT hour, 'Incident', most, incident, NULL FROM marks WHERE incident IS NOT NULL
ORDER BY hour_utc, position
