-- title: Incidents
-- question: What went otherwise than usual, when and where, and how punctual were the parcels promised for that time?
-- grain: one row an incident that lasted within the period, the newest first; one that says so where there was none
WITH lasted AS (
    SELECT i.*,
           upper(left(i.kind, 1)) || replace(substr(i.kind, 2), '_', ' ') AS incident,
           coalesce(i.warehouse || ', ', '') || i.city AS place
    FROM incidents i
    WHERE (i.city_id IS NULL OR i.city_id = ANY (cities_named('{{ city }}')))
      AND i.ends_at >= (SELECT period_start('{{ period }}'))
), due AS MATERIALIZED (
    SELECT p.city_id, p.warehouse_id, p.promised_at, CAST(p.is_late AS int) AS late
    FROM promises_due p
    WHERE p.promised_at >= (SELECT period_start('{{ period }}'))
      AND p.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
      AND EXISTS (SELECT FROM lasted)
)
SELECT l.incident,
       l.place,
       concat_ws(', ', l.incident, l.place) AS incident_and_place,
       to_char(l.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS began_utc,
       to_char(l.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS ends_utc,
       to_char(l.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
           || to_char(l.ends_at AT TIME ZONE 'UTC', ' "to" MM-DD HH24:MI')
           || CASE WHEN l.is_under_way THEN ', under way' ELSE '' END AS lasts_utc,
       CASE WHEN l.is_under_way THEN 'Under way' ELSE 'Over' END AS state,
       CASE WHEN l.kind IN ('traffic_jam', 'demand_surge') THEN '× ' || l.strength
            WHEN l.strength IS NOT NULL THEN round(100 * l.strength::numeric) || ' %'
            ELSE '' END AS strength,
       to_char(p.promised_meanwhile, 'FM999,999,990') AS promised_meanwhile,
       coalesce(round(p.late_meanwhile, 1) || ' %', 'none due') AS late_meanwhile,
       coalesce(round(p.late_else, 1) || ' %', 'none due') AS late_else,
       CASE l.origin WHEN 'hand' THEN 'By hand' ELSE 'Scenario' END AS origin
FROM lasted l
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE meanwhile) AS promised_meanwhile,
           100 * avg(d.late) FILTER (WHERE meanwhile) AS late_meanwhile,
           100 * avg(d.late) FILTER (WHERE NOT meanwhile) AS late_else
    FROM due d
    CROSS JOIN LATERAL (SELECT d.promised_at > l.began_at AND d.promised_at <= l.ends_at AS meanwhile) m
    WHERE d.city_id = coalesce(l.city_id, d.city_id)
      AND d.warehouse_id = coalesce(l.warehouse_id, d.warehouse_id)
) p
UNION ALL
SELECT 'None in this period', '', 'None in this period', '', '', '', '', '', '', '', '', ''
WHERE NOT EXISTS (SELECT FROM lasted)
ORDER BY began_utc DESC, ends_utc DESC
