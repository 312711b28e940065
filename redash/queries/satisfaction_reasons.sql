-- title: What makes customers happy or unhappy
-- question: Which experiences move satisfaction most? Points summed over customers.
-- grain: one row an experience
WITH changes AS (
    SELECT s.reason, count(*) AS times, sum(s.delta) AS points
    FROM satisfaction_changes s
    WHERE s.occurred_at >= (SELECT period_start('{{ period }}'))
      -- The last two digits of a customer's id are the city.
      AND s.customer_id % 100 = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY s.reason
)
SELECT initcap(left(reason, 1)) || replace(substr(reason, 2), '_', ' ') AS experience,
       times,
       greatest(points, 0) AS points_won,
       least(points, 0) AS points_lost
FROM changes
ORDER BY points, reason
