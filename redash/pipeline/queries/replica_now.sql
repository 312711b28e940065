-- title: Replica now
-- question: How did the latest look at the replica end, and how far behind was it?
-- grain: one row
SELECT r.outcome,
       r.started_at,
       round(extract(epoch FROM statement_timestamp() - r.started_at)::numeric / 60, 1) AS minutes_ago,
       round(r.lag_s::numeric, 1) AS lag_s,
       r.lag_records,
       round(r.lag_bytes / 1e6, 1) AS lag_mb,
       r.as_of,
       c.tables,
       c.tables_differing,
       c.rows_compared,
       a.alerts_today
FROM (SELECT count(*) AS alerts_today FROM ops.alerts WHERE raised_at > statement_timestamp() - interval '1 day') a
LEFT JOIN LATERAL (
    SELECT * FROM ops.runs WHERE pipeline = 'replicate' AND ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
) r ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS tables,
           count(*) FILTER (WHERE NOT passed) AS tables_differing,
           sum(rows_expected) AS rows_compared
    FROM ops.checks WHERE pipeline = r.pipeline AND run = r.run
) c ON true
