WITH baskets AS (
    SELECT order_id, array_agg(product_id) AS products
    FROM order_items
    JOIN orders USING (order_id)
    WHERE placed_at >= kept_since() AND paid_at < %(as_of)s AND coalesce(cancelled_at >= %(as_of)s, true)
    GROUP BY order_id
), n AS (
    SELECT count(*)::numeric AS orders FROM baskets
), pairs AS (
    SELECT a.id AS a, b.id AS b, count(*) AS both_in
    FROM baskets, unnest(products) AS a(id), unnest(products) AS b(id)
    WHERE a.id < b.id
    GROUP BY a.id, b.id
), counted AS (
    SELECT p.*, (SELECT count(*) FROM baskets WHERE p.a = ANY (products)) AS in_a,
           (SELECT count(*) FROM baskets WHERE p.b = ANY (products)) AS in_b
    FROM pairs p
    WHERE both_in >= 5
)
SELECT a, b, pa.name, pb.name, both_in, in_a, in_b, round(both_in / orders, 8), round(both_in::numeric / in_a, 6),
       round(both_in::numeric / in_b, 6), round(both_in * orders / (in_a * in_b), 4)  -- divided once: what lies in the middle is then rounded up
FROM counted
CROSS JOIN n
JOIN products pa ON pa.product_id = a
JOIN products pb ON pb.product_id = b
ORDER BY 1, 2
