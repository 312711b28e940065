-- title: Warehouses right now
-- question: How full are shelves and queues now?
-- grain: one row

-- A product counts once a warehouse.
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), queue AS (
    SELECT count(*) FILTER (WHERE o.pick_started_at IS NULL) AS waiting_for_picker,
           count(*) FILTER (WHERE o.packed_at IS NOT NULL AND o.dispatched_at IS NULL) AS waiting_for_courier
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.delivered_at IS NULL
      AND o.cancelled_at IS NULL
      AND o.paid_at IS NOT NULL
), shelves AS (
    SELECT count(*) AS products,
           count(*) FILTER (WHERE i.on_hand <= i.reserved) AS sold_out
    FROM inventory i
    JOIN place USING (warehouse_id)
)
SELECT q.waiting_for_picker,
       q.waiting_for_courier,
       s.sold_out AS products_sold_out,
       round(coalesce(100.0 * (s.products - s.sold_out) / nullif(s.products, 0), 0), 2) AS in_stock_percent,
       CASE WHEN s.products > 0 THEN 98.0 END AS in_stock_goal_percent
FROM queue q
CROSS JOIN shelves s
