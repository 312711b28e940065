-- title: Marts made
-- question: As of when is each mart, and what did it take to make it?
-- grain: one row a mart, as it was made last
SELECT DISTINCT ON (mart)
       mart,
       as_of,
       rows_served,
       round(seconds::numeric, 1) AS seconds,
       engine,
       served_at
FROM ops.marts
ORDER BY mart, served_at DESC
