-- title: Right now
-- question: What is going on right now?
-- grain: one row
WITH place AS (
    SELECT w.warehouse_id, w.city_id
    FROM warehouses w
    WHERE w.city_id = ANY (cities_named('{{ city }}'))
), open_orders AS (
    SELECT count(*) AS open_orders,
           count(*) FILTER (WHERE o.promised_at < (SELECT sim_now())) AS overdue_orders
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.delivered_at IS NULL
      AND o.cancelled_at IS NULL
      AND o.paid_at IS NOT NULL
)
SELECT (SELECT count(*) FROM sessions s
        WHERE s.ended_at IS NULL AND s.city_id IN (SELECT city_id FROM place)) AS shoppers,
       open_orders,
       overdue_orders,
       (SELECT count(*) FROM trips t JOIN couriers c USING (courier_id)
        WHERE t.ended_at IS NULL AND c.warehouse_id IN (SELECT warehouse_id FROM place)) AS couriers_out
FROM open_orders
