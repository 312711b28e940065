-- title: Paths of visits that filled a cart
-- question: Which way do visits with a cart go? Visits without one would hide the rest.
-- grain: one row a channel and path
WITH paths AS (
    SELECT s.channel, s.outcome, count(*) AS sessions
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')
    GROUP BY s.channel, s.outcome
), channels AS (
    SELECT channel, row_number() OVER (ORDER BY sum(sessions) DESC, channel) AS place FROM paths GROUP BY channel
), ways (position, outcome, stage2, stage3) AS (
    -- A path that ends early has no further stage.
    VALUES (1, 'checkout_abandoned', 'checkout', 'left the checkout'),
           (2, 'ordered', 'checkout', 'paid'),
           (3, 'payment_failed', 'checkout', 'payment failed'),
           (4, 'cart_abandoned', 'left the cart', NULL)
)
SELECT p.channel AS stage1,
       w.stage2,
       w.stage3,
       p.sessions AS value
FROM paths p
JOIN channels c USING (channel)
JOIN ways w USING (outcome)
-- Redash gives its twenty colours to first words as they come. In this order the fifth, a green, is for what was paid,
-- the fourth for the ends of the paths, which aren't drawn, and the seventh, a red, for failed payments.
ORDER BY c.place + w.position, c.place
