-- title: Satisfaction by persona
-- question: Who is content, and who is about to be lost? A sample of 2,000 who have ordered.
-- grain: one row a customer
SELECT initcap(left(c.persona, 1)) || replace(substr(c.persona, 2), '_', ' ') AS persona,
       c.satisfaction
FROM customers c
WHERE c.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
  -- Those who never ordered have had nothing to be content with.
  AND EXISTS (SELECT FROM orders o WHERE o.customer_id = c.customer_id)
-- Ordered by a hash: a sample without a pattern that stays the same from one refresh to the next.
ORDER BY hashint8(c.customer_id)
LIMIT 2000
