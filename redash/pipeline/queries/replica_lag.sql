-- title: Lag of the replica
-- question: How far was the replica behind the shop, by the latest looks at it?
-- grain: one row a look, of the latest 500
SELECT started_at,
       lag_s,
       caught_up_s,
       lag_records
FROM ops.runs
WHERE pipeline = 'replicate' AND as_of IS NOT NULL
ORDER BY started_at DESC
LIMIT 500
