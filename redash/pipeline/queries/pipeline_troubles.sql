-- title: What went wrong, and what was put right
-- question: What should somebody look at, and what has the pipeline mended itself?
-- grain: one row an alert or a repair, the newest 50
SELECT raised_at AS "when", 'alert' AS kind, pipeline, subject, message
FROM ops.alerts
UNION ALL
SELECT started_at, 'put right', pipeline, '', array_to_string(done, '; ')
FROM ops.runs
WHERE done <> '{}'
ORDER BY "when" DESC
LIMIT 50
