-- title: Orders by persona and tier
-- question: Which kinds of customers bring the orders?
-- grain: one row a persona and tier
SELECT initcap(left(c.persona, 1)) || replace(substr(c.persona, 2), '_', ' ') AS persona,
       -- The number keeps the tiers in their order.
       CASE c.loyalty_tier WHEN 'bronze' THEN '1 Bronze' WHEN 'silver' THEN '2 Silver' WHEN 'gold' THEN '3 Gold'
                           ELSE '4 Platinum' END AS tier,
       count(*) AS orders,
       sum(o.total) AS revenue
FROM orders o
JOIN customers c USING (customer_id)
WHERE o.placed_at >= (SELECT period_start('{{ period }}'))
  AND o.paid_at IS NOT NULL
  AND c.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
GROUP BY c.persona, c.loyalty_tier
ORDER BY 1, 2
