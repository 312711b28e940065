-- title: From visit to paid order
-- question: How many visits reach each step? Each step is a part of the one before.
-- grain: one row a step
WITH outcomes AS (
    -- The outcome of a session says how far it came, so one scan is enough for the whole funnel.
    SELECT s.outcome, count(*) AS sessions
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IS NOT NULL
    GROUP BY s.outcome
), steps (position, step, ended_before) AS (
    VALUES (1, '1 Visited', CAST(ARRAY[] AS text[])),
           (2, '2 Looked at a product', ARRAY['bounced']),
           (3, '3 Filled a cart', ARRAY['bounced', 'browsed']),
           (4, '4 Went to the checkout', ARRAY['bounced', 'browsed', 'cart_abandoned']),
           (5, '5 Placed the order', ARRAY['bounced', 'browsed', 'cart_abandoned', 'checkout_abandoned']),
           (6, '6 Paid', ARRAY['bounced', 'browsed', 'cart_abandoned', 'checkout_abandoned', 'payment_failed'])
)
SELECT s.step,
       coalesce(sum(o.sessions), 0) AS sessions
FROM steps s
LEFT JOIN outcomes o ON o.outcome <> ALL (s.ended_before)
GROUP BY s.position, s.step
ORDER BY s.position
