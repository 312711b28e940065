-- title: Promises kept and broken
-- question: How many parcels come late, and when? By the time promised, UTC; late is also what has not come yet.
-- grain: one row a step of time and punctuality, and one a step with an incident
WITH due AS (
    SELECT date_bin((SELECT period_step('{{ period }}')), p.promised_at, '2000-01-01 00:00Z') AS step,
           p.is_late,
           count(*) AS parcels
    FROM promises_due p
    WHERE p.promised_at >= (SELECT period_start('{{ period }}'))
      AND p.city_id = ANY ((SELECT cities_named('{{ city }}'))::smallint[])
    GROUP BY 1, 2
), counts AS (
    -- Full steps only: one cut off by now would look like a drop.
    SELECT g.starts_at, g.ends_at, k.is_late, coalesce(d.parcels, 0) AS parcels
    FROM period_steps('{{ period }}') g
    CROSS JOIN (VALUES (false), (true)) AS k (is_late)
    LEFT JOIN due d ON d.step = g.starts_at AND d.is_late = k.is_late
), steps AS (
    SELECT starts_at,
           incidents_during('{{ city }}', starts_at, ends_at) AS incident,
           max(sum(parcels)) OVER () AS most
    FROM counts
    GROUP BY starts_at, ends_at
)
SELECT starts_at AS step_utc,
       CASE WHEN is_late THEN 'Late' ELSE 'On time' END AS punctuality,
       parcels,
       '' AS incident
FROM counts
UNION ALL
SELECT starts_at, 'Incident', most, incident FROM steps WHERE incident IS NOT NULL
ORDER BY 1, 2 DESC
