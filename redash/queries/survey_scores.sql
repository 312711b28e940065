-- title: Would they recommend us?
-- question: Which scores do customers give when asked, and who are promoters (9, 10), passive (7, 8) and detractors?
-- grain: one row a score

-- All are asked a day and a half after a delivery, and about one in eight answers.
WITH answers AS (
    SELECT a.score
    FROM survey_answers a
    WHERE a.answered_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of an order's id are its city.
      AND a.order_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
)
SELECT s.score::text AS score,
       CASE WHEN s.score >= 9 THEN 'Promoters' WHEN s.score >= 7 THEN 'Passive' ELSE 'Detractors' END AS who,
       count(a.score) AS answers
FROM generate_series(0, 10) AS s (score)
LEFT JOIN answers a ON a.score = s.score
GROUP BY s.score
ORDER BY s.score  -- the number, not the text of that name: 10 comes last
