-- title: Paths of visits that filled a cart
-- question: Which way do visits with a cart go? Visits without one would hide the rest.
-- grain: one row a channel, device and path
WITH paths AS (
    SELECT s.channel, s.device, s.outcome, count(*) AS sessions
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')
    GROUP BY s.channel, s.device, s.outcome
), ways (position, outcome, stage3, stage4) AS (
    -- A path that ends early has no further stage.
    VALUES (1, 'checkout_abandoned', 'checkout', 'left the checkout'),
           (2, 'ordered', 'checkout', 'paid'),
           (3, 'payment_failed', 'checkout', 'payment failed'),
           (4, 'cart_abandoned', 'left the cart', NULL)
)
SELECT p.channel AS stage1,
       p.device AS stage2,
       w.stage3,
       w.stage4,
       p.sessions AS value
FROM paths p
JOIN ways w USING (outcome)
-- Redash gives its twenty colours to first words as they come. In this order the fifth, a green, is for what was paid,
-- and the seventh, a red, for the ends of the paths, which aren't drawn.
ORDER BY sum(p.sessions) OVER (PARTITION BY p.channel, p.device) DESC, 1, 2, w.position
