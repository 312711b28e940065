/*
question: Do customers come back, and what do they bring?
grain: One row a kind of period (week or month), cohort and period since then, up to that of as_of.
about: |
  A cohort are the customers whose first paid order lies in the same local calendar week (or month); of each week
  since it says how many of them ordered again, as the shop's view customer_cohorts does for weeks. Orders count by
  when they were placed and once they are paid, revenue without those that were cancelled. The shop opened with
  customers whose earlier orders nobody recorded (and with --keep the older ones are gone): the first cohorts hold old
  customers too.
key: [period, cohort_start, period_number]
reads: [orders, warehouses, cities, runs, retention]
columns:
  period: text(5), week or month
  cohort_start: date, Monday of the week (or first of the month) of the cohort's first paid orders
  period_number: "int, calendar weeks (or months) since then: 0 is that of the first order"
  cohort_size: bigint, customers in the cohort
  customers: bigint, of these, how many placed a paid order in that period
  retention: decimal(5,4), customers / cohort_size, 0 to 1
  orders: bigint, paid orders of the cohort in that period, even if cancelled later
  revenue: decimal(18,2), total of those that are not cancelled, in the shop's currency
  revenue_kept: decimal(12,4) null, revenue / that of period 0; null where that is 0
  is_complete: boolean, whether cohort and period are complete everywhere; leave out the others when comparing
checks:
  orders:
    mart: SELECT SUM(orders) FROM {mart} WHERE period = 'week'
    source: SELECT COUNT(*) FROM orders WHERE paid_at IS NOT NULL
  revenue:
    mart: SELECT SUM(revenue) FROM {mart} WHERE period = 'month'
    source: SELECT SUM(total) FROM orders WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
  customers:
    mart: SELECT SUM(cohort_size) FROM {mart} WHERE period = 'week' AND period_number = 0
    source: SELECT COUNT(DISTINCT customer_id) FROM orders WHERE paid_at IS NOT NULL
*/
WITH clocks AS (
    SELECT FROM_UTC_TIMESTAMP(:as_of, ci.timezone) AS now_local, FROM_UTC_TIMESTAMP(s.since, ci.timezone) AS since_local
    FROM cities ci
    CROSS JOIN (
        SELECT COALESCE(MAX(k.kept_since), MIN(r.epoch)) AS since
        FROM runs r
        LEFT JOIN retention k ON TRUE
    ) s
), now AS (
    SELECT 'week' AS period, CAST(DATE_TRUNC('WEEK', MIN(now_local)) AS DATE) AS this_start,
           CAST(DATE_TRUNC('WEEK', MAX(now_local)) AS DATE) AS last_start, CAST(MAX(since_local) AS DATE) AS since_day
    FROM clocks
    UNION ALL
    SELECT 'month', CAST(DATE_TRUNC('MONTH', MIN(now_local)) AS DATE),
           CAST(DATE_TRUNC('MONTH', MAX(now_local)) AS DATE), CAST(MAX(since_local) AS DATE)
    FROM clocks
), paid AS (
    SELECT o.customer_id, FROM_UTC_TIMESTAMP(o.placed_at, ci.timezone) AS placed_local,
           CASE WHEN o.cancelled_at IS NULL THEN o.total END AS earned
    FROM orders o
    JOIN warehouses w ON w.warehouse_id = o.warehouse_id
    JOIN cities ci ON ci.city_id = w.city_id
    WHERE o.paid_at IS NOT NULL
), purchases AS (
    SELECT 'week' AS period, customer_id, CAST(DATE_TRUNC('WEEK', placed_local) AS DATE) AS period_start, earned
    FROM paid
    UNION ALL
    SELECT 'month', customer_id, CAST(DATE_TRUNC('MONTH', placed_local) AS DATE), earned
    FROM paid
), members AS (
    SELECT period, customer_id, MIN(period_start) AS cohort_start
    FROM purchases
    GROUP BY period, customer_id
), sizes AS (
    SELECT period, cohort_start, COUNT(*) AS cohort_size
    FROM members
    GROUP BY period, cohort_start
), weeks AS (
    SELECT EXPLODE(SEQUENCE(first_start, last_start, INTERVAL 7 DAYS)) AS period_start
    FROM (SELECT MIN(s.cohort_start) AS first_start, MAX(n.last_start) AS last_start
          FROM sizes s JOIN now n ON n.period = s.period WHERE s.period = 'week') bounds
), months AS (
    SELECT EXPLODE(SEQUENCE(first_start, last_start, INTERVAL 1 MONTH)) AS period_start
    FROM (SELECT MIN(s.cohort_start) AS first_start, MAX(n.last_start) AS last_start
          FROM sizes s JOIN now n ON n.period = s.period WHERE s.period = 'month') bounds
), periods AS (
    SELECT 'week' AS period, CAST(period_start AS DATE) AS period_start FROM weeks
    UNION ALL
    SELECT 'month', CAST(period_start AS DATE) FROM months
), activity AS (
    SELECT m.period, m.cohort_start, p.period_start,
           COUNT(DISTINCT p.customer_id) AS customers, COUNT(*) AS orders, COALESCE(SUM(p.earned), 0) AS revenue
    FROM purchases p
    JOIN members m ON m.period = p.period AND m.customer_id = p.customer_id
    GROUP BY m.period, m.cohort_start, p.period_start
)
SELECT s.period, s.cohort_start,
       CASE s.period WHEN 'week' THEN DATEDIFF(e.period_start, s.cohort_start) DIV 7
                     ELSE 12 * (YEAR(e.period_start) - YEAR(s.cohort_start))
                          + MONTH(e.period_start) - MONTH(s.cohort_start)
       END AS period_number,
       s.cohort_size,
       COALESCE(a.customers, 0) AS customers,
       CAST(COALESCE(a.customers, 0) / s.cohort_size AS DECIMAL(5, 4)) AS retention,
       COALESCE(a.orders, 0) AS orders,
       COALESCE(a.revenue, 0) AS revenue,
       CAST(COALESCE(a.revenue, 0) / NULLIF(f.revenue, 0) AS DECIMAL(12, 4)) AS revenue_kept,
       s.cohort_start > n.since_day AND e.period_start < n.this_start AS is_complete
FROM sizes s
JOIN now n ON n.period = s.period
JOIN periods e ON e.period = s.period AND e.period_start >= s.cohort_start
JOIN activity f ON f.period = s.period AND f.cohort_start = s.cohort_start AND f.period_start = s.cohort_start
LEFT JOIN activity a ON a.period = s.period AND a.cohort_start = s.cohort_start AND a.period_start = e.period_start
