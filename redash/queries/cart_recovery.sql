-- title: Carts that come back
-- question: When do customers return to a cart they left, and do they buy then?
-- grain: one row a span of hours and result
WITH returned AS (
    -- The number of the span that the hours between fall into.
    SELECT width_bucket(extract(epoch FROM c.created_at - earlier.closed_at) / 3600, ARRAY[0, 1, 3, 6, 12, 24, 48.0])
               AS position,
           c.status,
           count(*) AS carts
    FROM carts c
    JOIN carts earlier ON earlier.cart_id = c.restored_from_cart_id
    WHERE c.created_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a cart's id are its city.
      AND c.cart_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND c.status <> 'open'
    GROUP BY 1, 2
), spans (position, span) AS (
    VALUES (1, 'under 1 h'), (2, '1-3 h'), (3, '3-6 h'), (4, '6-12 h'), (5, '12-24 h'), (6, '24-48 h'),
           (7, 'over 48 h')
), results (status, result) AS (
    VALUES ('ordered', 'Ordered'), ('abandoned', 'Abandoned again')
)
SELECT sp.span,
       re.result,
       coalesce(r.carts, 0) AS carts
FROM spans sp
CROSS JOIN results re
LEFT JOIN returned r ON r.position = sp.position AND r.status = re.status
ORDER BY sp.position, re.result DESC
