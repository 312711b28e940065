-- title: Cohorts by week
-- question: Of those who first ordered in a week, how many ordered again later?
-- grain: one row a week of first orders and week since, from the first one on
SELECT cohort_start AS cohort_week,
       period_number AS week_number,
       cohort_size,
       customers,
       revenue
FROM cohorts
WHERE period = 'week' AND period_number > 0
ORDER BY cohort_start, period_number
