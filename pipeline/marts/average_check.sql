/*
question: What does an order come to, and who gives it?
grain: One row a local day, city and kind of customer on which there were orders.
about: |
  The check is the total of an order, discounts taken off and the delivery fee included. Orders count when they were
  paid and not cancelled by as_of, on the local day on which they were placed; later returns are not taken off. A
  median and quartiles that are totals of real orders (the smallest that at least a half, a quarter, three quarters of
  the orders do not exceed) tell of the usual order what a few large ones hide in the average.
  New is the first paid order of a customer who registered since the shop's past is complete, cancelled or not; all
  others are returning ones.
key: [day, city, customer_kind]
reads: [orders, warehouses, cities, customers, runs, retention]
columns:
  day: date, local calendar day of the city on which the orders were placed
  city: text(100), name of the city
  customer_kind: text(9), new or returning
  orders: bigint, orders paid and not cancelled
  revenue: decimal(18,2), sum of their totals in the shop's currency
  average_check: decimal(12,2), revenue / orders in the shop's currency
  lower_quartile_check: decimal(12,2), a quarter of the orders come to this or less, in the shop's currency
  median_check: decimal(12,2), half of the orders come to this or less, in the shop's currency
  upper_quartile_check: decimal(12,2), three quarters of the orders come to this or less, in the shop's currency
  is_complete: boolean, whether all of the day is in it; leave out the others when comparing days
checks:
  orders:
    mart: SELECT SUM(orders) FROM {mart}
    source: SELECT COUNT(*) FROM orders WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
  revenue:
    mart: SELECT SUM(revenue) FROM {mart}
    source: SELECT SUM(total) FROM orders WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
*/
WITH kept AS (
    SELECT COALESCE(MAX(k.kept_since), MIN(r.epoch)) AS since
    FROM runs r
    LEFT JOIN retention k ON TRUE
), paid AS (
    SELECT o.customer_id, o.warehouse_id, o.placed_at, o.cancelled_at, o.total,
           ROW_NUMBER() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, o.order_id) AS number
    FROM orders o
    WHERE o.paid_at IS NOT NULL
), checks AS (
    SELECT ci.name AS city, ci.timezone, k.since, p.total,
           CAST(FROM_UTC_TIMESTAMP(p.placed_at, ci.timezone) AS DATE) AS day,
           CASE WHEN p.number = 1 AND c.registered_at >= k.since THEN 'new' ELSE 'returning' END AS customer_kind
    FROM paid p
    JOIN customers c ON c.customer_id = p.customer_id
    JOIN warehouses w ON w.warehouse_id = p.warehouse_id
    JOIN cities ci ON ci.city_id = w.city_id
    CROSS JOIN kept k
    WHERE p.cancelled_at IS NULL
)
SELECT day, city, customer_kind,
       COUNT(*) AS orders,
       SUM(total) AS revenue,
       CAST(SUM(total) / COUNT(*) AS DECIMAL(12, 2)) AS average_check,
       CAST(PERCENTILE_DISC(0.25) WITHIN GROUP (ORDER BY total) AS DECIMAL(12, 2)) AS lower_quartile_check,
       CAST(PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY total) AS DECIMAL(12, 2)) AS median_check,
       CAST(PERCENTILE_DISC(0.75) WITHIN GROUP (ORDER BY total) AS DECIMAL(12, 2)) AS upper_quartile_check,
       day > CAST(FROM_UTC_TIMESTAMP(since, timezone) AS DATE)
           AND day < CAST(FROM_UTC_TIMESTAMP(:as_of, timezone) AS DATE) AS is_complete
FROM checks
GROUP BY day, city, customer_kind, timezone, since
