-- title: Parcels delivered, on time and late
-- question: How many parcels come late, and when? UTC.
-- grain: one row a step of time and punctuality
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), delivered AS (
    SELECT date_bin((SELECT period_step('{{ period }}')), o.delivered_at, '2000-01-01 00:00Z') AS step,
           o.delivered_at > o.promised_at AS is_late,
           count(*) AS parcels
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
    GROUP BY 1, 2
)
SELECT g.starts_at AS step_utc,
       CASE WHEN k.is_late THEN 'Late' ELSE 'On time' END AS punctuality,
       coalesce(d.parcels, 0) AS parcels
-- Full steps only: one cut off by now would look like a drop.
FROM period_steps('{{ period }}') g
CROSS JOIN (VALUES (false), (true)) AS k (is_late)
LEFT JOIN delivered d ON d.step = g.starts_at AND d.is_late = k.is_late
ORDER BY g.starts_at, k.is_late
