-- title: Runs by hour
-- question: How did the pipeline's runs end?
-- grain: one row an hour and outcome, of the latest week; at least of a day, so that the axis has hours on it
WITH runs AS (
    SELECT date_trunc('hour', started_at) AS hour, outcome
    FROM ops.runs
    WHERE started_at > statement_timestamp() - interval '7 days'
), hours AS (
    SELECT generate_series(
        date_trunc('hour', least((SELECT min(hour) FROM runs), statement_timestamp() - interval '1 day')),
        statement_timestamp(), interval '1 hour'
    ) AS hour
)
SELECT hour, outcome, count(runs.hour) AS runs
FROM hours CROSS JOIN (SELECT DISTINCT outcome FROM runs) AS outcomes LEFT JOIN runs USING (hour, outcome)
GROUP BY hour, outcome
ORDER BY hour, outcome
