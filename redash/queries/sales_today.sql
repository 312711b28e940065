-- title: Today so far
-- question: Is today better than a usual day so far?
-- grain: one row

-- Today is since midnight in each city's local time; usual is the mean of up to seven days before, each up to the same
-- time of day.
WITH today AS MATERIALIZED (
    -- Every city has a midnight of its own; days before the run's first full day are no yardstick.
    SELECT w.warehouse_id,
           c.city_id,
           c.timezone,
           now AT TIME ZONE c.timezone AS local_now,
           CAST(now AT TIME ZONE c.timezone AS date) - first_full_day.day AS full_days
    FROM cities c
    JOIN warehouses w USING (city_id)
    CROSS JOIN (SELECT sim_now() AS now, period_start('Everything') AS opened_at) clock
    CROSS JOIN LATERAL (
        SELECT CAST(opened_at AT TIME ZONE c.timezone + interval '1 day' - interval '1 microsecond' AS date) AS day
    ) first_full_day
    WHERE c.city_id = ANY (cities_named('{{ city }}'))
), sales AS (
    SELECT t.city_id,
           CAST(t.local_now AS date) - CAST(o.placed_at AT TIME ZONE t.timezone AS date) AS days_ago,
           o.total
    FROM orders o
    JOIN today t USING (warehouse_id)
    WHERE o.placed_at >= (SELECT sim_now()) - interval '9 days'
      AND o.paid_at IS NOT NULL
      AND o.cancelled_at IS NULL
      AND CAST(o.placed_at AT TIME ZONE t.timezone AS time) <= CAST(t.local_now AS time)
), by_city AS (
    -- Dividing by NULL gives NULL: a city without a full day behind it has no usual day.
    SELECT c.city_id,
           count(s.total) FILTER (WHERE s.days_ago = 0) AS orders,
           coalesce(sum(s.total) FILTER (WHERE s.days_ago = 0), 0) AS revenue,
           count(s.total) FILTER (WHERE s.days_ago BETWEEN 1 AND c.days) / c.days::numeric AS usual_orders,
           coalesce(sum(s.total) FILTER (WHERE s.days_ago BETWEEN 1 AND c.days), 0) / c.days AS usual_revenue
    FROM (SELECT DISTINCT city_id, CASE WHEN full_days > 0 THEN least(full_days, 7) END AS days FROM today) c
    LEFT JOIN sales s USING (city_id)
    GROUP BY c.city_id, c.days
), shop AS (
    SELECT coalesce(sum(orders), 0) AS orders,
           coalesce(sum(revenue), 0) AS revenue,
           -- A sum over some of the cities would be no yardstick for all of them.
           CASE WHEN bool_and(usual_orders IS NOT NULL) THEN sum(usual_orders) END AS usual_orders,
           CASE WHEN bool_and(usual_revenue IS NOT NULL) THEN sum(usual_revenue) END AS usual_revenue
    FROM by_city
), rounded AS (
    SELECT round(revenue, 2) AS revenue,
           round(usual_revenue, 2) AS usual_revenue,
           orders,
           round(usual_orders) AS usual_orders,
           round(coalesce(revenue / nullif(orders, 0), 0), 2) AS average_order_value,
           CASE WHEN orders > 0 THEN round(usual_revenue / nullif(usual_orders, 0), 2) END AS usual_order_value,
           round(100 * (revenue / nullif(usual_revenue, 0) - 1), 1) AS against_usual_percent
    FROM shop
)
-- Money stands with its currency, which makes it a text; a counter compares numbers only, so that is one of its own.
-- No blank in it may be a place to break the line: a counter of two lines is half as large.
SELECT revenue,
       usual_revenue,
       coalesce(currency() || U&'\00A0', '') || to_char(revenue, 'FM999,999,999,990') AS revenue_shown,
       translate(coalesce('usual ' || to_char(usual_revenue, 'FM999,999,999,990'), 'no usual day yet'),
                 ' ', U&'\00A0') AS usual_revenue_shown,
       coalesce(to_jsonb(against_usual_percent), '"none yet"') AS against_usual_percent,
       CASE WHEN against_usual_percent IS NOT NULL THEN 0 END AS against_usual_goal,
       orders,
       usual_orders,
       average_order_value,
       usual_order_value,
       coalesce(currency() || U&'\00A0', '') || to_char(average_order_value, 'FM999,999,990.00') AS order_value_shown,
       translate(coalesce('usual ' || to_char(usual_order_value, 'FM999,999,990.00'), 'no usual day yet'),
                 ' ', U&'\00A0') AS usual_order_value_shown
FROM rounded
