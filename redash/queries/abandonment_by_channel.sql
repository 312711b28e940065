-- title: Channels and devices
-- question: Which channels and devices bring visitors that buy?
-- grain: one row a channel and device
WITH visits AS (
    SELECT v.channel,
           v.device,
           sum(v.sessions) AS sessions,
           sum(v.carts) AS carts,
           sum(v.ordered) AS paid_orders
    FROM visits_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY v.channel, v.device
)
SELECT channel,
       device,
       sessions,
       carts,
       paid_orders,
       carts - paid_orders AS abandoned_carts,
       round(100.0 * paid_orders / sessions, 2) AS conversion_percent,
       -- NULL stands for zero: Redash draws it so, but can't draw a heat map of nothing but zeros.
       nullif(round(100.0 * (carts - paid_orders) / nullif(carts, 0), 1), 0) AS abandonment_percent
FROM visits
ORDER BY channel, device
