/*
question: How far do visits come, by how and with what people come?
grain: One row a local day, city, channel and device with which visits began.
about: |
  Steps count visits, each step a part of the one before, in the words of the shop's own view funnel_daily. A visit
  counts once it has ended, for only then is it known how far it came; visits that go on at as_of are a few minutes'
  worth. Conversion is SUM(orders_paid) / SUM(sessions): add up before dividing.
key: [day, city, channel, device]
reads: [sessions, cities, carts, orders, runs, retention]
columns:
  day: date, local calendar day of the city on which the visits began
  city: text(100), name of the city
  channel: "text(20), how the visitors came: direct, search, social, email, ads or referral"
  device: text(20), mobile, desktop or tablet
  sessions: bigint, visits that have ended
  browsing_sessions: bigint, visits that looked at a product or filled a cart
  carts: bigint, visits with a cart
  checkouts: bigint, visits that went to the checkout
  orders_placed: bigint, visits that submitted the checkout
  orders_paid: bigint, visits whose order was paid, even if it was cancelled later
  revenue: decimal(18,2), total of their orders paid and not cancelled, in the shop's currency
  is_complete: boolean, whether all of the day is in it; leave out the others when comparing days
checks:
  sessions:
    mart: SELECT SUM(sessions) FROM {mart}
    source: SELECT COUNT(*) FROM sessions WHERE ended_at IS NOT NULL
  orders_paid:
    mart: SELECT SUM(orders_paid) FROM {mart}
    source: SELECT COUNT(*) FROM sessions WHERE outcome = 'ordered'
  revenue:
    mart: SELECT SUM(revenue) FROM {mart}
    source: >-
      SELECT SUM(o.total) FROM orders o JOIN carts c ON c.cart_id = o.cart_id
      JOIN sessions s ON s.session_id = c.session_id
      WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL AND s.ended_at IS NOT NULL
*/
WITH kept AS (
    SELECT COALESCE(MAX(k.kept_since), MIN(r.epoch)) AS since
    FROM runs r
    LEFT JOIN retention k ON TRUE
), earned AS (
    SELECT c.session_id, o.total
    FROM orders o
    JOIN carts c ON c.cart_id = o.cart_id
    WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
), visits AS (
    SELECT CAST(FROM_UTC_TIMESTAMP(s.started_at, ci.timezone) AS DATE) AS day,
           ci.name AS city, ci.timezone, s.channel, s.device, s.outcome, e.total
    FROM sessions s
    JOIN cities ci ON ci.city_id = s.city_id
    LEFT JOIN earned e ON e.session_id = s.session_id
    WHERE s.ended_at IS NOT NULL
)
SELECT v.day, v.city, v.channel, v.device,
       COUNT(*) AS sessions,
       COUNT(CASE WHEN v.outcome <> 'bounced' THEN 1 END) AS browsing_sessions,
       COUNT(CASE WHEN v.outcome NOT IN ('bounced', 'browsed') THEN 1 END) AS carts,
       COUNT(CASE WHEN v.outcome IN ('checkout_abandoned', 'payment_failed', 'ordered') THEN 1 END) AS checkouts,
       COUNT(CASE WHEN v.outcome IN ('payment_failed', 'ordered') THEN 1 END) AS orders_placed,
       COUNT(CASE WHEN v.outcome = 'ordered' THEN 1 END) AS orders_paid,
       COALESCE(SUM(v.total), 0) AS revenue,
       v.day > CAST(FROM_UTC_TIMESTAMP(k.since, v.timezone) AS DATE)
           AND v.day < CAST(FROM_UTC_TIMESTAMP(:as_of, v.timezone) AS DATE) AS is_complete
FROM visits v
CROSS JOIN kept k
GROUP BY v.day, v.city, v.channel, v.device, v.timezone, k.since
