-- title: Net promoter score by lateness
-- question: What does a late parcel cost in recommendations? By delivery relative to the promise.
-- grain: one row a lateness

-- Promoters (9, 10) less detractors (0 to 6), in points of 100 answers.
WITH answers AS (
    SELECT extract(epoch FROM o.delivered_at - o.promised_at) / 3600 AS hours_late,
           CASE WHEN a.score >= 9 THEN 1 WHEN a.score <= 6 THEN -1 ELSE 0 END AS counts
    FROM survey_answers a
    JOIN orders o USING (order_id)
    WHERE a.answered_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of an order's id are its city.
      AND a.order_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
), spans (position, lateness, from_hours, to_hours) AS (
    -- Late begins after the promise: on the minute is on time.
    VALUES (1, 'over 1 h early', -1000000, -1), (2, 'up to 1 h early', -1, 0), (3, 'up to 1 h late', 0, 1),
           (4, '1-3 h late', 1, 3), (5, 'over 3 h late', 3, 1000000)
)
SELECT s.lateness,
       count(a.counts) AS answers,
       round(coalesce(100.0 * sum(a.counts) / nullif(count(a.counts), 0), 0), 1) AS net_promoter_score
FROM spans s
LEFT JOIN answers a ON a.hours_late > s.from_hours AND a.hours_late <= s.to_hours
GROUP BY s.position, s.lateness
ORDER BY s.position
