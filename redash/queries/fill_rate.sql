-- title: Fill rate
-- question: How much of the demand is in stock?
-- grain: one row

-- Demand is product views; met are those that found the product in stock.
WITH views AS (
    SELECT count(*) AS product_views,
           count(*) FILTER (WHERE e.in_stock) AS met
    FROM session_events e
    WHERE e.occurred_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a session's id are its city: no need to look up millions of sessions.
      -- The planner drops the whole condition when it is true for all.
      AND ('{{ city }}' = 'All cities' OR e.session_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[]))
      -- Only product views know whether the product was there.
      AND e.in_stock IS NOT NULL
)
SELECT product_views,
       product_views - met AS missed_views,
       round(coalesce(100.0 * met / nullif(product_views, 0), 0), 2) AS fill_rate_percent,
       CASE WHEN product_views > 0 THEN 98.0 END AS goal_percent
FROM views
