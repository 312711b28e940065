-- title: Orders in the warehouse
-- question: Where do orders pile up? At the end of each step of time, UTC.
-- grain: one row an hour, or six hours in long periods, and state; and one with an incident
WITH steps AS (
    -- Finer than other charts: a queue comes and goes within a day.
    SELECT period_start('{{ period }}') AS period_start,
           CASE WHEN period_step('{{ period }}') <= interval '6 hours' THEN interval '1 hour'
                ELSE interval '6 hours'
           END AS width
), grid AS (
    SELECT step
    FROM steps
    CROSS JOIN generate_series(date_bin(width, period_start + width - interval '1 microsecond', '2000-01-01 00:00Z'),
                               sim_now() - width, width) AS step
), place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), recent AS MATERIALIZED (
    -- What was placed a week before the period has long left the warehouse.
    SELECT o.paid_at, o.pick_started_at, o.packed_at, o.dispatched_at, o.cancelled_at
    FROM orders o
    JOIN place USING (warehouse_id)
    WHERE o.placed_at >= (SELECT period_start - interval '7 days' FROM steps)
      AND o.paid_at IS NOT NULL
), moves AS (
    -- Who enters a state counts one up, who leaves it one down; a cancelled order leaves the state it is in.
    SELECT 'Waiting for a picker' AS state, paid_at AS at, 1 AS change FROM recent
    UNION ALL
    SELECT 'Waiting for a picker', coalesce(pick_started_at, cancelled_at), -1 FROM recent
    UNION ALL
    SELECT 'In work', pick_started_at, 1 FROM recent
    UNION ALL
    SELECT 'In work', coalesce(packed_at, cancelled_at), -1 FROM recent WHERE pick_started_at IS NOT NULL
    UNION ALL
    SELECT 'Waiting for a courier', packed_at, 1 FROM recent
    UNION ALL
    SELECT 'Waiting for a courier', coalesce(dispatched_at, cancelled_at), -1 FROM recent WHERE packed_at IS NOT NULL
), changes AS (
    SELECT state,
           -- What happened before the first step is where the count begins.
           greatest(date_bin((SELECT width FROM steps), at, '2000-01-01 00:00Z'), (SELECT min(step) FROM grid)) AS step,
           sum(change) AS change
    FROM moves
    WHERE at IS NOT NULL
    GROUP BY 1, 2
), states (state) AS (
    VALUES ('Waiting for a picker'), ('In work'), ('Waiting for a courier')
), queues AS (
    SELECT g.step,
           g.step + steps.width AS step_end,
           s.state,
           coalesce(sum(c.change) OVER (PARTITION BY s.state ORDER BY g.step), 0) AS orders
    FROM grid g
    CROSS JOIN steps
    CROSS JOIN states s
    LEFT JOIN changes c ON c.step = g.step AND c.state = s.state
), marks AS (
    SELECT step_end,
           incidents_during('{{ city }}', step, step_end) AS incident,
           max(sum(orders)) OVER () AS most
    FROM queues
    GROUP BY step, step_end
)
SELECT step_end AS step_end_utc, state, orders, '' AS incident FROM queues
UNION ALL
SELECT step_end, 'Incident', most, incident FROM marks WHERE incident IS NOT NULL
ORDER BY 1, 2 DESC
