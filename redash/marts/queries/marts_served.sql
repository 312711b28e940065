-- title: Marts as they are
-- question: As of which instant of the shop is each mart, and what did it take to make it?
-- grain: one row a mart
SELECT mart,
       as_of,
       rows_served AS `rows`,
       ROUND(seconds, 1) AS seconds,
       engine,
       served_at
FROM served
ORDER BY mart
