-- title: Rows compared
-- question: Which rows has the latest comparison found in the shop, and which in the replica?
-- grain: one row a table, those that differ first
SELECT subject AS "table",
       CASE WHEN passed THEN 'equal' ELSE 'differs' END AS verdict,
       rows_expected AS in_the_shop,
       rows_found AS in_the_replica,
       rows_differing,
       detail,
       checked_at
FROM ops.checks
WHERE (pipeline, run) = (
    SELECT pipeline, run FROM ops.checks WHERE pipeline = 'replicate' ORDER BY checked_at DESC LIMIT 1
)
ORDER BY passed, rows_expected DESC, subject
