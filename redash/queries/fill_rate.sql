-- title: Fill rate
-- question: How much of the demand is in stock?
-- grain: one row

-- Demand is product views; met are those that found the product in stock.
WITH views AS (
    SELECT coalesce(sum(v.product_views), 0) AS product_views,
           coalesce(sum(v.product_views - v.missed_views), 0) AS met
    FROM views_in('{{ period }}') v
    WHERE v.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
)
SELECT product_views,
       product_views - met AS missed_views,
       round(coalesce(100.0 * met / nullif(product_views, 0), 0), 2) AS fill_rate_percent,
       CASE WHEN product_views > 0 THEN 98.0 END AS goal_percent
FROM views
