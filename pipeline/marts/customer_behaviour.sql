/*
question: Who are the customers, how do they shop, and who is about to leave?
grain: One row a customer who had registered by as_of.
about: |
  Visits are those that have ended and whose visitor was known; steps as in funnel_daily. Orders are those paid and
  not cancelled by as_of. With --keep both begin where the shop's past does. Visits up to the first order are those of
  every cookie that was ever the customer's, known or not yet; so of who registered before the opening, or before the
  shop kept cookies, only a part of them.
  RFM (recency, frequency, monetary value; A. M. Hughes, Strategic Database Marketing, 1994) ranks the customers who
  have ordered and cuts each ranking into fifths: a score is 1 + the whole part of 5 * (customers ranked below) /
  (customers ranked), so that equals share a score and 5 is the best. Segments: champions have r and f of 4 or more;
  loyal ones r and f of 3 or more; recent ones r of 4 or more and fewer orders; waning ones r of 3 and fewer orders;
  at risk are f of 3 or more and lost are the others, both with r of 1 or 2.
key: [customer_id]
reads: [customers, cities, sessions, orders, order_items, products, categories, returns]
columns:
  customer_id: bigint, the customer
  city: text(100), name of the city the customer lives in
  registered_by: "text(20), how the account came: by a sign_up, or at the checkout of a guest"
  registered_at: timestamp, when the customer registered, UTC; before the opening for the first ones
  visits: bigint, visits that have ended
  browsing_visits: bigint, visits that looked at a product or filled a cart
  cart_visits: bigint, visits with a cart
  checkout_visits: bigint, visits that went to the checkout
  order_visits: bigint, visits whose order was paid, even if it was cancelled later
  visits_to_first_order: bigint null, visits begun until the first order, that with it included; null without orders
  orders: bigint, orders paid and not cancelled
  revenue: decimal(18,2), sum of their totals in the shop's currency
  average_check: decimal(12,2) null, revenue / orders in the shop's currency; null without orders
  units_per_order: decimal(9,2) null, units / orders; null without orders
  lines_per_order: decimal(9,2) null, different products in an order on average; null without orders
  first_order_at: timestamp null, when the first of them was placed, UTC
  last_order_at: timestamp null, when the last of them was placed, UTC
  days_between_orders: decimal(9,2) null, mean days from one order to the next; null with fewer than two
  recency_days: decimal(9,2) null, days from the last order to as_of; null without orders
  favourite_category: text(100) null, category of most units; of equals that of more revenue, then the first by name
  returned_units: bigint, units of their orders that were sent back by as_of
  refund_amount: decimal(18,2), money given back or to be given back for them in the shop's currency
  parcels_due: bigint, orders not cancelled whose promise had come due by as_of
  late_parcels: bigint, of these delivered after the promise or not yet
  r_score: int null, recency, 1 (long ago) to 5 (just now); null without orders
  f_score: int null, frequency, 1 (few orders) to 5 (many); null without orders
  m_score: int null, monetary value, 1 (little revenue) to 5 (much); null without orders
  rfm_segment: text(20), champions, loyal, recent, waning, at risk, lost, or no orders
checks:
  customers:
    mart: SELECT COUNT(*) FROM {mart}
    source: SELECT COUNT(*) FROM customers
  visits:
    mart: SELECT SUM(visits) FROM {mart}
    source: SELECT COUNT(*) FROM sessions WHERE ended_at IS NOT NULL AND customer_id IS NOT NULL
  visits_to_first_order:
    mart: SELECT COUNT(*) FROM {mart} WHERE visits_to_first_order IS NOT NULL
    source: SELECT COUNT(DISTINCT customer_id) FROM orders WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
  revenue:
    mart: SELECT SUM(revenue) FROM {mart}
    source: SELECT SUM(total) FROM orders WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
  parcels_due:
    mart: SELECT SUM(parcels_due) FROM {mart}
    source: SELECT COUNT(*) FROM orders WHERE promised_at < :as_of AND cancelled_at IS NULL
*/
WITH visited AS (
    SELECT customer_id, COUNT(*) AS visits,
           COUNT(CASE WHEN outcome <> 'bounced' THEN 1 END) AS browsing_visits,
           COUNT(CASE WHEN outcome NOT IN ('bounced', 'browsed') THEN 1 END) AS cart_visits,
           COUNT(CASE WHEN outcome IN ('checkout_abandoned', 'payment_failed', 'ordered') THEN 1 END)
               AS checkout_visits,
           COUNT(CASE WHEN outcome = 'ordered' THEN 1 END) AS order_visits
    FROM sessions
    WHERE ended_at IS NOT NULL AND customer_id IS NOT NULL
    GROUP BY customer_id
), bought AS (
    SELECT customer_id, COUNT(*) AS orders, SUM(total) AS revenue,
           MIN(placed_at) AS first_order_at, MAX(placed_at) AS last_order_at
    FROM orders
    WHERE paid_at IS NOT NULL AND cancelled_at IS NULL
    GROUP BY customer_id
), cookies AS (
    SELECT DISTINCT customer_id, visitor_id
    FROM sessions
    WHERE customer_id IS NOT NULL
), came AS (
    SELECT b.customer_id, COUNT(*) AS visits
    FROM bought b
    JOIN cookies c ON c.customer_id = b.customer_id
    JOIN sessions s ON s.visitor_id = c.visitor_id AND s.started_at < b.first_order_at
    GROUP BY b.customer_id
), scored AS (
    SELECT *, 1 + (5 * (RANK() OVER (ORDER BY last_order_at) - 1)) DIV COUNT(*) OVER () AS r_score,
           1 + (5 * (RANK() OVER (ORDER BY orders) - 1)) DIV COUNT(*) OVER () AS f_score,
           1 + (5 * (RANK() OVER (ORDER BY revenue) - 1)) DIV COUNT(*) OVER () AS m_score
    FROM bought
), lines AS (
    SELECT o.customer_id, p.category_id, i.quantity, i.unit_price * i.quantity AS amount,
           COALESCE(t.quantity, 0) AS returned_units, COALESCE(t.refund_amount, 0) AS refund_amount
    FROM order_items i
    JOIN orders o ON o.order_id = i.order_id
    JOIN products p ON p.product_id = i.product_id
    LEFT JOIN returns t ON t.order_id = i.order_id AND t.product_id = i.product_id
    WHERE o.paid_at IS NOT NULL AND o.cancelled_at IS NULL
), baskets AS (
    SELECT customer_id, COUNT(*) AS order_lines, SUM(quantity) AS units,
           SUM(returned_units) AS returned_units, SUM(refund_amount) AS refund_amount
    FROM lines
    GROUP BY customer_id
), liked AS (
    SELECT l.customer_id, c.name AS category,
           ROW_NUMBER() OVER (PARTITION BY l.customer_id
                              ORDER BY SUM(l.quantity) DESC, SUM(l.amount) DESC, c.name) AS place
    FROM lines l
    JOIN categories c ON c.category_id = l.category_id
    GROUP BY l.customer_id, c.name
), due AS (
    SELECT customer_id, COUNT(*) AS parcels_due,
           COUNT(CASE WHEN delivered_at IS NULL OR delivered_at > promised_at THEN 1 END) AS late_parcels
    FROM orders
    WHERE promised_at < :as_of AND cancelled_at IS NULL
    GROUP BY customer_id
)
SELECT cu.customer_id, ci.name AS city, cu.registered_by, cu.registered_at,
       COALESCE(v.visits, 0) AS visits,
       COALESCE(v.browsing_visits, 0) AS browsing_visits,
       COALESCE(v.cart_visits, 0) AS cart_visits,
       COALESCE(v.checkout_visits, 0) AS checkout_visits,
       COALESCE(v.order_visits, 0) AS order_visits,
       CASE WHEN s.orders IS NOT NULL THEN COALESCE(w.visits, 0) END AS visits_to_first_order,
       COALESCE(s.orders, 0) AS orders,
       COALESCE(s.revenue, 0) AS revenue,
       CAST(s.revenue / s.orders AS DECIMAL(12, 2)) AS average_check,
       CAST(b.units / s.orders AS DECIMAL(9, 2)) AS units_per_order,
       CAST(b.order_lines / s.orders AS DECIMAL(9, 2)) AS lines_per_order,
       s.first_order_at, s.last_order_at,
       CAST(TIMESTAMPDIFF(MICROSECOND, s.first_order_at, s.last_order_at) / NULLIF(86400000000 * (s.orders - 1), 0)
           AS DECIMAL(9, 2)) AS days_between_orders,
       CAST(TIMESTAMPDIFF(MICROSECOND, s.last_order_at, :as_of) / 86400000000 AS DECIMAL(9, 2)) AS recency_days,
       l.category AS favourite_category,
       COALESCE(b.returned_units, 0) AS returned_units,
       COALESCE(b.refund_amount, 0) AS refund_amount,
       COALESCE(d.parcels_due, 0) AS parcels_due,
       COALESCE(d.late_parcels, 0) AS late_parcels,
       s.r_score, s.f_score, s.m_score,
       CASE WHEN s.orders IS NULL THEN 'no orders'
            WHEN s.r_score >= 4 AND s.f_score >= 4 THEN 'champions'
            WHEN s.r_score >= 3 AND s.f_score >= 3 THEN 'loyal'
            WHEN s.r_score >= 4 THEN 'recent'
            WHEN s.r_score = 3 THEN 'waning'
            WHEN s.f_score >= 3 THEN 'at risk'
            ELSE 'lost'
       END AS rfm_segment
FROM customers cu
JOIN cities ci ON ci.city_id = cu.city_id
LEFT JOIN visited v ON v.customer_id = cu.customer_id
LEFT JOIN came w ON w.customer_id = cu.customer_id
LEFT JOIN scored s ON s.customer_id = cu.customer_id
LEFT JOIN baskets b ON b.customer_id = cu.customer_id
LEFT JOIN liked l ON l.customer_id = cu.customer_id AND l.place = 1
LEFT JOIN due d ON d.customer_id = cu.customer_id
