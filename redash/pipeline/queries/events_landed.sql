-- title: Events landed
-- question: How many events has the consumer landed, and how many records were none?
-- grain: one row
SELECT coalesce(sum(next_offset), 0) AS records,
       (SELECT count(*) FROM landing.dead_letters) AS dead_letters
FROM landing.consumer_offsets
