-- Answers to the survey.
SELECT 'survey.answered' AS type, a.answered_at AS occurred_at, a.order_id::text AS key,
       a.customer_id::text AS entity, row_to_json(d) AS data
FROM survey_answers a
CROSS JOIN LATERAL (SELECT a.order_id, a.customer_id, a.score, a.comment) d
WHERE a.answered_at >= %(since)s AND a.answered_at < %(until)s
