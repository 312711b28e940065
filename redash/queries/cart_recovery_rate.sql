-- title: Carts won back
-- question: How many abandoned carts are bought later?
-- grain: one row

-- Of the carts abandoned in the period, those whose customer came back and paid, up to now: the latest may still come.
WITH abandoned AS (
    SELECT c.cart_id
    FROM carts c
    WHERE c.created_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a cart's id are its city.
      AND c.cart_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND c.status = 'abandoned'
), won_back AS (
    SELECT later.restored_from_cart_id AS cart_id, bool_or(later.status = 'ordered') AS ordered
    FROM carts later
    WHERE later.restored_from_cart_id IS NOT NULL
      AND later.created_at >= (SELECT period_start('{{ period }}'))
    GROUP BY later.restored_from_cart_id
)
SELECT count(*) AS abandoned_carts,
       count(w.cart_id) AS carts_come_back,
       count(*) FILTER (WHERE w.ordered) AS carts_won_back,
       round(coalesce(100.0 * count(w.cart_id) / nullif(count(*), 0), 0), 1) AS come_back_percent,
       round(coalesce(100.0 * count(*) FILTER (WHERE w.ordered) / nullif(count(*), 0), 0), 1) AS won_back_percent
FROM abandoned
LEFT JOIN won_back w USING (cart_id)
