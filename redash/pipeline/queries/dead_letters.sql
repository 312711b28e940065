-- title: Dead letters
-- question: Which records could not be landed, and why?
-- grain: one row a topic and reason, the most frequent first
SELECT topic,
       reason,
       count(*) AS records,
       max(published_at) AS newest,
       min(detail) AS for_example
FROM landing.dead_letters
GROUP BY topic, reason
ORDER BY records DESC, topic, reason
LIMIT 50
