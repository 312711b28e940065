-- title: Replenishment lead times
-- question: How long do suppliers take, and how much does it vary?
-- grain: one row a replenishment
SELECT p.warehouse,
       round(extract(epoch FROM r.received_at - r.ordered_at) / 3600, 1) AS lead_time_hours
FROM replenishments r
JOIN (
    SELECT warehouse_id, name AS warehouse FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
) p USING (warehouse_id)
WHERE r.received_at >= (SELECT period_start('{{ period }}'))
-- Ordered by a hash: a sample without a pattern that stays the same from one refresh to the next.
ORDER BY hashint8(r.replenishment_id)
LIMIT 2000
