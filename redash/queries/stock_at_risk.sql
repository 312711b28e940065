-- title: Stock at risk
-- question: Which products that sell are or will be sold out first, and is more on the way? As sold over the last 14 days.
-- grain: one row a product and warehouse, the fifty with the shortest cover
WITH place AS (
    SELECT w.warehouse_id, w.name AS warehouse, c.name AS city
    FROM cities c
    JOIN warehouses w USING (city_id)
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), clock AS MATERIALIZED (
    SELECT since, nullif(extract(epoch FROM now - since) / 86400, 0) AS days
    FROM (SELECT sim_now() AS now, greatest(period_start('Everything'), sim_now() - interval '14 days') AS since) span
), sold AS (
    SELECT o.warehouse_id, i.product_id, sum(i.quantity) / (SELECT days FROM clock) AS units_per_day
    FROM orders o
    JOIN order_items i USING (order_id)
    WHERE o.placed_at >= (SELECT since FROM clock)
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY 1, 2
), shortest AS (
    SELECT (SELECT pr.name FROM products pr WHERE pr.product_id = i.product_id) AS product,
           p.city,
           p.warehouse,
           i.warehouse_id,
           i.product_id,
           i.on_hand - i.reserved AS units_left,
           s.units_per_day,
           round((i.on_hand - i.reserved) / s.units_per_day, 1) AS days_of_cover
    FROM inventory i
    JOIN place p USING (warehouse_id)
    JOIN sold s USING (warehouse_id, product_id)
    ORDER BY days_of_cover, s.units_per_day DESC, product
    LIMIT 50
)
SELECT product,
       city,
       warehouse,
       units_left,
       round(units_per_day, 1) AS sold_per_day,
       days_of_cover,
       coalesce(w.units, 0) AS units_on_the_way,
       -- What was due and has not come is marked; where nothing is on the way, nothing is written.
       coalesce(due.told, '') AS due_utc,
       coalesce(w.units || ', ' || due.told, '') AS coming_utc
FROM shortest s
CROSS JOIN LATERAL (
    SELECT sum(r.quantity) AS units, min(r.due_at) AS due_at
    FROM replenishments r
    WHERE r.received_at IS NULL
      AND r.warehouse_id = s.warehouse_id
      AND r.product_id = s.product_id
) w
CROSS JOIN LATERAL (
    SELECT to_char(w.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
           || CASE WHEN w.due_at < (SELECT sim_now()) THEN ' (overdue)' ELSE '' END AS told
) due
ORDER BY days_of_cover, s.units_per_day DESC, product
