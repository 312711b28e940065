-- title: Orders by channel and tier
-- question: By which ways do customers of each tier come when they order?
-- grain: one row a channel and tier
SELECT initcap(s.channel) AS channel,
       -- The number keeps the tiers in their order.
       CASE c.loyalty_tier WHEN 'bronze' THEN '1 Bronze' WHEN 'silver' THEN '2 Silver' WHEN 'gold' THEN '3 Gold'
                           ELSE '4 Platinum' END AS tier,
       count(*) AS orders,
       sum(o.total) AS revenue
FROM orders o
JOIN customers c USING (customer_id)
JOIN carts USING (cart_id)
JOIN sessions s USING (session_id)
WHERE o.placed_at >= (SELECT period_start('{{ period }}'))
  AND o.paid_at IS NOT NULL
  AND c.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
GROUP BY s.channel, c.loyalty_tier
ORDER BY 1, 2
