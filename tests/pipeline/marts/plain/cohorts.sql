WITH kinds (period, step) AS (
    VALUES ('week', interval '7 days'), ('month', interval '1 month')
), paid AS (
    SELECT k.period, o.customer_id, o.total, coalesce(o.cancelled_at >= %(as_of)s, true) AS stands,
           date_trunc(k.period, o.placed_at AT TIME ZONE ci.timezone)::date AS began
    FROM orders o
    JOIN warehouses USING (warehouse_id)
    JOIN cities ci USING (city_id)
    CROSS JOIN kinds k
    WHERE o.placed_at >= kept_since() AND o.paid_at < %(as_of)s
), members AS (
    SELECT DISTINCT ON (period, customer_id) period, customer_id, began AS cohort FROM paid ORDER BY period, customer_id, began
), cells AS (
    SELECT k.period, c.cohort, g.began::date AS began
    FROM kinds k
    JOIN (SELECT DISTINCT period, cohort FROM members) c USING (period)
    CROSS JOIN LATERAL generate_series(
        c.cohort::timestamp, (SELECT max(date_trunc(k.period, %(as_of)s AT TIME ZONE timezone)) FROM cities), k.step) AS g(began)
), counted AS (
    SELECT c.period, c.cohort, c.began,
           (SELECT count(*) FROM members m WHERE m.period = c.period AND m.cohort = c.cohort) AS size,
           count(DISTINCT p.customer_id) AS customers, count(p.customer_id) AS orders,
           coalesce(sum(p.total) FILTER (WHERE p.stands), 0) AS revenue
    FROM cells c
    LEFT JOIN (members m JOIN paid p USING (period, customer_id))
        ON m.period = c.period AND m.cohort = c.cohort AND p.began = c.began
    GROUP BY c.period, c.cohort, c.began
)
SELECT period, cohort, row_number() OVER w - 1, size, customers, round(customers::numeric / size, 4), orders, revenue,
       round(revenue / nullif(first_value(revenue) OVER w, 0), 4),
       (SELECT bool_and(kept_since() < cohort::timestamp AT TIME ZONE timezone) FROM cities)
           AND (SELECT bool_and(date_trunc(period, %(as_of)s AT TIME ZONE timezone) > began) FROM cities)
FROM counted
WINDOW w AS (PARTITION BY period, cohort ORDER BY began)
ORDER BY 1, 2, 3
