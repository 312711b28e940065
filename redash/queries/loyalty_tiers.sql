-- title: Loyalty tiers
-- question: How many customers has each tier, and what are they worth in the period?
-- grain: one row a tier

-- Customers and tiers as they are now; paid orders of the period that were not cancelled.
WITH sales AS (
    SELECT o.customer_id, count(*) AS orders, sum(o.total) AS revenue
    FROM orders o
    WHERE o.placed_at >= (SELECT period_start('{{ period }}'))
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
    GROUP BY o.customer_id
), tiers (position, loyalty_tier, tier) AS (
    VALUES (1, 'bronze', 'Bronze'), (2, 'silver', 'Silver'), (3, 'gold', 'Gold'), (4, 'platinum', 'Platinum')
), members AS (
    SELECT c.loyalty_tier,
           count(*) AS customers,
           coalesce(sum(s.orders), 0) AS orders,
           coalesce(sum(s.revenue), 0) AS revenue
    FROM customers c
    LEFT JOIN sales s USING (customer_id)
    WHERE c.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY c.loyalty_tier
)
SELECT t.tier,
       coalesce(m.customers, 0) AS customers,
       t.tier || '<br>' || to_char(coalesce(m.customers, 0), 'FM999,999,990')
              || coalesce('<br>' || round(100 * m.customers / sum(m.customers) OVER (), 1) || ' %', '') AS told,
       coalesce(m.orders, 0) AS orders,
       coalesce(m.revenue, 0) AS revenue,
       round(coalesce(m.revenue / nullif(m.customers, 0), 0), 2) AS revenue_per_customer,
       'Revenue a customer, ' || currency() AS money
FROM tiers t
LEFT JOIN members m USING (loyalty_tier)
ORDER BY t.position
