-- title: Stock cover
-- question: For how many days will the stock last, as it sold over the last 14 days?
-- grain: one row a city and band of days
WITH place AS (
    SELECT w.warehouse_id, c.city_id, c.name AS city
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), clock AS MATERIALIZED (
    SELECT since, extract(epoch FROM now - since) / 86400 AS days
    FROM (SELECT sim_now() AS now, greatest(period_start('Everything'), sim_now() - interval '14 days') AS since) span
), sold AS (
    SELECT o.warehouse_id, i.product_id, sum(i.quantity) AS units
    FROM orders o
    JOIN order_items i USING (order_id)
    WHERE o.placed_at >= (SELECT since FROM clock)
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY 1, 2
), cover AS (
    SELECT p.city_id,
           i.on_hand - i.reserved AS units_left,
           (i.on_hand - i.reserved) * clock.days / s.units AS days
    FROM inventory i
    JOIN place p USING (warehouse_id)
    CROSS JOIN clock
    LEFT JOIN sold s USING (warehouse_id, product_id)
), bands (position, band, from_days, to_days) AS (
    VALUES (1, 'sold out', -1, 0), (2, 'under 3 days', 0, 3), (3, '3-7 days', 3, 7), (4, '7-14 days', 7, 14),
           (5, '14-28 days', 14, 28), (6, 'over 28 days', 28, 1000000000), (7, 'not sold', NULL, NULL)
), counts AS (
    SELECT c.city_id,
           CASE WHEN c.units_left <= 0 THEN 1 WHEN c.days IS NULL THEN 7 ELSE b.position END AS position,
           count(*) AS products
    FROM cover c
    LEFT JOIN bands b ON c.days >= b.from_days AND c.days < b.to_days
    GROUP BY 1, 2
)
SELECT b.band,
       p.city,
       coalesce(n.products, 0) AS products
FROM bands b
CROSS JOIN (SELECT DISTINCT city_id, city FROM place) p
LEFT JOIN counts n ON n.position = b.position AND n.city_id = p.city_id
ORDER BY b.position, p.city_id
