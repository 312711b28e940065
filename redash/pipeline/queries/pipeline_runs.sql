-- title: Runs by hour
-- question: How did the pipeline's runs end?
-- grain: one row an hour and outcome, of the latest week
SELECT date_trunc('hour', started_at) AS hour,
       outcome,
       count(*) AS runs
FROM ops.runs
WHERE started_at > statement_timestamp() - interval '7 days'
GROUP BY hour, outcome
ORDER BY hour, outcome
