-- title: First attempts
-- question: What comes of the first attempt to deliver?
-- grain: one row an outcome
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), attempts AS (
    SELECT a.outcome, count(*) AS attempts
    FROM delivery_attempts a
    JOIN trips t USING (trip_id)
    JOIN couriers c USING (courier_id)
    JOIN place USING (warehouse_id)
    WHERE a.attempt_no = 1
      AND a.attempted_at >= (SELECT period_start('{{ period }}'))
    GROUP BY a.outcome
), outcomes (position, outcome, label) AS (
    VALUES (1, 'delivered', 'Delivered'), (2, 'nobody_home', 'Nobody home'),
           (3, 'address_problem', 'Address problem'), (4, 'refused', 'Refused')
)
SELECT o.label AS outcome,
       coalesce(a.attempts, 0) AS attempts,
       -- A bar's figures stand beside its name, where they have room however short the bar is.
       o.label || '<br>' || to_char(coalesce(a.attempts, 0), 'FM999,999,990')
               || coalesce(' · ' || round(100.0 * coalesce(a.attempts, 0) / sum(a.attempts) OVER (), 1) || ' %', '')
           AS told
FROM outcomes o
LEFT JOIN attempts a USING (outcome)
-- Horizontal bars are drawn from the bottom up.
ORDER BY o.position DESC
