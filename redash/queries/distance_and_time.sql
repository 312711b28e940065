-- title: Distance and time on the road
-- question: Does farther away take longer? From leaving the warehouse to the door, first attempts, a sample of 1,500.
-- grain: one row a parcel
WITH place AS (
    SELECT warehouse_id FROM warehouses WHERE city_id = ANY (cities_named('{{ city }}'))
), sample AS (
    -- Ordered by a hash: a sample without a pattern that stays the same from one refresh to the next.
    SELECT d.distance_km,
           extract(epoch FROM o.delivered_at - o.dispatched_at) / 60 AS minutes,
           o.delivered_at > o.promised_at AS is_late
    FROM deliveries d
    JOIN orders o USING (order_id)
    JOIN place USING (warehouse_id)
    WHERE o.delivered_at >= (SELECT period_start('{{ period }}'))
      AND d.attempts = 1
    ORDER BY hashint8(d.delivery_id)
    LIMIT 1500
)
SELECT distance_km,
       round(minutes, 1) AS road_minutes,
       CASE WHEN is_late THEN 'Late' ELSE 'On time' END AS punctuality,
       CASE WHEN distance_km < 2 THEN 'under 2 km' WHEN distance_km < 4 THEN '2-4 km' WHEN distance_km < 6 THEN '4-6 km'
            WHEN distance_km < 8 THEN '6-8 km' WHEN distance_km < 12 THEN '8-12 km' ELSE '12 km and more'
       END AS distance_band
FROM sample
ORDER BY distance_km
