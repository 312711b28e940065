-- title: Channels and devices
-- question: Which channels and devices bring visitors that buy?
-- grain: one row a channel and device
WITH visits AS (
    SELECT s.channel,
           s.device,
           count(*) AS sessions,
           count(*) FILTER (WHERE s.outcome NOT IN ('bounced', 'browsed')) AS carts,
           count(*) FILTER (WHERE s.outcome = 'ordered') AS paid_orders
    FROM sessions s
    WHERE s.started_at >= (SELECT period_start('{{ period }}'))
      AND s.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND s.outcome IS NOT NULL
    GROUP BY s.channel, s.device
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
