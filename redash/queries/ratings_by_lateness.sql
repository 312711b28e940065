-- title: Ratings by lateness
-- question: How much does a late parcel cost in stars? By delivery relative to the promise.
-- grain: one row a lateness and number of stars
WITH rated AS (
    SELECT extract(epoch FROM o.delivered_at - o.promised_at) / 3600 AS hours_late, r.rating
    FROM reviews r
    JOIN orders o USING (order_id)
    WHERE r.created_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a review's id are its city.
      AND r.review_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
), spans (position, lateness, from_hours, to_hours) AS (
    -- Late begins after the promise: on the minute is on time.
    VALUES (1, 'over 1 h early', -1000000, -1), (2, 'up to 1 h early', -1, 0), (3, 'up to 1 h late', 0, 1),
           (4, '1-3 h late', 1, 3), (5, 'over 3 h late', 3, 1000000)
), counts AS (
    SELECT s.position, r.rating, count(*) AS reviews
    FROM rated r
    JOIN spans s ON r.hours_late > s.from_hours AND r.hours_late <= s.to_hours
    GROUP BY 1, 2
)
SELECT s.lateness,
       stars || CASE stars WHEN 1 THEN ' star' ELSE ' stars' END AS stars,
       coalesce(c.reviews, 0) AS reviews
FROM spans s
CROSS JOIN generate_series(1, 5) AS stars
LEFT JOIN counts c ON c.position = s.position AND c.rating = stars
ORDER BY s.position, stars
