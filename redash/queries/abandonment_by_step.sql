-- title: Where and why carts are abandoned
-- question: At which step and why do shoppers leave a cart? By the time the visit began.
-- grain: one row a step and reason
WITH left_behind AS (
    SELECT s.outcome, s.exit_reason, count(*) AS carts
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed')
    GROUP BY s.outcome, s.exit_reason
), steps (position, outcome, step) AS (
    -- Horizontal bars are drawn from the bottom up.
    VALUES (1, 'payment_failed', 'Payment'), (2, 'checkout_abandoned', 'Checkout'), (3, 'cart_abandoned', 'Cart')
), reasons (exit_reason, reason) AS (
    VALUES (NULL, 'No reason seen'), ('price', 'Price'), ('promise', 'Delivery promised too late'),
           ('delivery_fee', 'Delivery fee'), ('out_of_stock', 'Out of stock'), ('payment', 'Payment declined')
)
SELECT st.step,
       r.reason,
       coalesce(l.carts, 0) AS carts
FROM steps st
CROSS JOIN reasons r
LEFT JOIN left_behind l ON l.outcome = st.outcome AND l.exit_reason IS NOT DISTINCT FROM r.exit_reason
ORDER BY st.position, r.reason
