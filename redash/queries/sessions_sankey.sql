-- title: Paths of visits that filled a cart
-- question: Which way do visits with a cart go? Visits without one would hide the rest.
-- grain: one row a channel, device and path
WITH paths AS (
    SELECT s.channel, s.device, s.outcome, s.exit_reason, count(*) AS sessions
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered')
    GROUP BY s.channel, s.device, s.outcome, s.exit_reason
)
-- A path that ends early has no further stage (NULL).
SELECT channel AS stage1,
       device AS stage2,
       CASE WHEN outcome = 'cart_abandoned' THEN 'left the cart' ELSE 'checkout' END AS stage3,
       CASE outcome WHEN 'checkout_abandoned' THEN 'left the checkout' WHEN 'payment_failed' THEN 'payment failed'
                    WHEN 'ordered' THEN 'paid' END AS stage4,
       CAST(sum(sessions) AS bigint) AS value
FROM paths
GROUP BY 1, 2, 3, 4
ORDER BY value DESC, 1, 2, 3, 4
