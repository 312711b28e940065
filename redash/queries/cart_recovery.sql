-- title: Carts that come back
-- question: When do customers return to a cart they left, and do they buy then?
-- grain: one row a span of hours and result
WITH returned AS (
    SELECT extract(epoch FROM c.created_at - earlier.closed_at) / 3600 AS hours, c.status
    FROM carts c
    JOIN carts earlier ON earlier.cart_id = c.restored_from_cart_id
    WHERE c.created_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a cart's id are its city.
      AND c.cart_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND c.status <> 'open'
), spans (position, span, from_hour, to_hour) AS (
    VALUES (1, 'under 1 h', 0, 1), (2, '1-3 h', 1, 3), (3, '3-6 h', 3, 6), (4, '6-12 h', 6, 12),
           (5, '12-24 h', 12, 24), (6, '24-48 h', 24, 48), (7, 'over 48 h', 48, 1000000)
), results (status, result) AS (
    VALUES ('ordered', 'Ordered'), ('abandoned', 'Abandoned again')
)
SELECT sp.span,
       re.result,
       count(r.hours) AS carts
FROM spans sp
CROSS JOIN results re
LEFT JOIN returned r ON r.hours >= sp.from_hour AND r.hours < sp.to_hour AND r.status = re.status
GROUP BY sp.position, sp.span, re.result
ORDER BY sp.position, re.result DESC
