-- title: From visit to paid order
-- question: How many visits reach each step? Each step is a part of the one before.
-- grain: one row a step
WITH visits AS (
    -- The outcome of a visit says how far it came, so one look is enough for the whole funnel.
    SELECT sum(v.sessions) AS visited,
           sum(v.sessions - v.bounced) AS looked,
           sum(v.carts) AS filled_a_cart,
           sum(v.carts - v.cart_abandoned) AS went_to_checkout,
           sum(v.payment_failed + v.ordered) AS placed_the_order,
           sum(v.ordered) AS paid
    FROM visits_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
)
SELECT s.step,
       coalesce(s.sessions, 0)::numeric AS sessions,
       -- A bar's figures stand beside its name, where they have room however short the bar is.
       s.step || '<br>' || to_char(coalesce(s.sessions, 0), 'FM999,999,999,990')
              || coalesce(' · ' || round(100.0 * s.sessions / nullif(v.visited, 0), 1) || ' %', '') AS told
FROM visits v
CROSS JOIN LATERAL (
    VALUES (1, 'Visited', v.visited),
           (2, 'Looked at a product', v.looked),
           (3, 'Filled a cart', v.filled_a_cart),
           (4, 'Went to the checkout', v.went_to_checkout),
           (5, 'Placed the order', v.placed_the_order),
           (6, 'Paid', v.paid)
) AS s (position, step, sessions)
-- Horizontal bars are drawn from the bottom up.
ORDER BY s.position DESC
