/*
question: Are promises kept, and where was what came late when its time was up?
grain: One row a local day on which promises came due, city and warehouse.
about: |
  A promise has come due when the instant promised at the checkout lies before as_of and the order is not cancelled,
  as in the shop's view promises_due. It is kept when the order was delivered by then; what has not been delivered yet
  counts as late, for who counts delivered parcels alone sees no lateness at all while nothing is delivered. Minutes
  of lateness run from the promise to the delivery, or to as_of while overdue; p50 and p90 are those of real orders
  (the smallest that half, nine tenths of the late ones do not exceed). The late ones are told apart by where they
  were when the promise came due, so that the five causes add up to them.
key: [day, city, warehouse]
reads: [orders, warehouses, cities, deliveries, delivery_attempts, runs, retention]
columns:
  day: date, local calendar day of the city on which the promises came due
  city: text(100), name of the city
  warehouse: text(100), name of the warehouse
  promised: bigint, promises that came due
  on_time: bigint, of these delivered by then
  late: bigint, of these delivered later or not yet
  overdue: bigint, of the late ones those not delivered by as_of
  late_share: decimal(5,4), late / promised, 0 to 1
  late_minutes_p50: decimal(12,2) null, half of the late ones came this many minutes late or fewer; null without any
  late_minutes_p90: decimal(12,2) null, nine tenths of them came this many minutes late or fewer; null without any
  late_not_picked: bigint, late ones that waited to be paid for or for a picker when the promise came due
  late_in_warehouse: bigint, late ones that were being picked, or picked and not packed, when the promise came due
  late_at_dock: bigint, late ones that waited for a courier when the promise came due
  late_on_road: bigint, late ones that were out for the first time or on their way to it when the promise came due
  late_after_failed_attempt: bigint, late ones at whose door a courier had been in vain before the promise came due
  is_complete: boolean, whether all of the day is in it; leave out the others when comparing days
checks:
  promised:
    mart: SELECT SUM(promised) FROM {mart}
    source: SELECT COUNT(*) FROM orders WHERE promised_at < :as_of AND cancelled_at IS NULL
  on_time:
    mart: SELECT SUM(on_time) FROM {mart}
    source: SELECT COUNT(*) FROM orders WHERE promised_at < :as_of AND delivered_at <= promised_at
*/
WITH kept AS (
    SELECT COALESCE(MAX(k.kept_since), MIN(r.epoch)) AS since
    FROM runs r
    LEFT JOIN retention k ON TRUE
), failed AS (
    SELECT d.order_id, MIN(a.attempted_at) AS failed_at
    FROM delivery_attempts a
    JOIN deliveries d ON d.delivery_id = a.delivery_id
    WHERE a.outcome <> 'delivered'
    GROUP BY d.order_id
), due AS (
    SELECT CAST(FROM_UTC_TIMESTAMP(o.promised_at, ci.timezone) AS DATE) AS day,
           ci.name AS city, ci.timezone, w.name AS warehouse,
           o.delivered_at,
           COALESCE(o.delivered_at <= o.promised_at, FALSE) AS is_on_time,
           CAST(TIMESTAMPDIFF(MICROSECOND, o.promised_at, COALESCE(o.delivered_at, :as_of)) / 60000000
               AS DECIMAL(12, 2)) AS late_minutes,
           CASE WHEN f.failed_at <= o.promised_at THEN 'failed attempt'
                WHEN o.dispatched_at <= o.promised_at THEN 'road'
                WHEN o.packed_at <= o.promised_at THEN 'dock'
                WHEN o.pick_started_at <= o.promised_at THEN 'warehouse'
                ELSE 'not picked'
           END AS place
    FROM orders o
    JOIN warehouses w ON w.warehouse_id = o.warehouse_id
    JOIN cities ci ON ci.city_id = w.city_id
    LEFT JOIN failed f ON f.order_id = o.order_id
    WHERE o.promised_at < :as_of AND o.cancelled_at IS NULL
)
SELECT d.day, d.city, d.warehouse,
       COUNT(*) AS promised,
       COUNT(CASE WHEN d.is_on_time THEN 1 END) AS on_time,
       COUNT(CASE WHEN NOT d.is_on_time THEN 1 END) AS late,
       COUNT(CASE WHEN d.delivered_at IS NULL THEN 1 END) AS overdue,
       CAST(COUNT(CASE WHEN NOT d.is_on_time THEN 1 END) / COUNT(*) AS DECIMAL(5, 4)) AS late_share,
       CAST(PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY CASE WHEN NOT d.is_on_time THEN d.late_minutes END)
           AS DECIMAL(12, 2)) AS late_minutes_p50,
       CAST(PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY CASE WHEN NOT d.is_on_time THEN d.late_minutes END)
           AS DECIMAL(12, 2)) AS late_minutes_p90,
       COUNT(CASE WHEN NOT d.is_on_time AND d.place = 'not picked' THEN 1 END) AS late_not_picked,
       COUNT(CASE WHEN NOT d.is_on_time AND d.place = 'warehouse' THEN 1 END) AS late_in_warehouse,
       COUNT(CASE WHEN NOT d.is_on_time AND d.place = 'dock' THEN 1 END) AS late_at_dock,
       COUNT(CASE WHEN NOT d.is_on_time AND d.place = 'road' THEN 1 END) AS late_on_road,
       COUNT(CASE WHEN NOT d.is_on_time AND d.place = 'failed attempt' THEN 1 END) AS late_after_failed_attempt,
       -- What was promised for a day may have been ordered on the day before.
       d.day > DATE_ADD(CAST(FROM_UTC_TIMESTAMP(k.since, d.timezone) AS DATE), 1)
           AND d.day < CAST(FROM_UTC_TIMESTAMP(:as_of, d.timezone) AS DATE) AS is_complete
FROM due d
CROSS JOIN kept k
GROUP BY d.day, d.city, d.warehouse, d.timezone, k.since
