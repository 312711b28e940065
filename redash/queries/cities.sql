-- title: Cities
-- question: Which cities can a dashboard be asked about?
-- grain: one row a city, and one for all of them
-- refresh: 3600
SELECT name, value
FROM (
    SELECT 'All cities' AS name, 'All cities' AS value, 0 AS position
    UNION ALL
    SELECT name, name, city_id FROM cities
) choices
ORDER BY position
