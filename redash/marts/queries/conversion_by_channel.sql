-- title: Conversion by channel and device
-- question: Whose visits end in an order?
-- grain: one row a channel and device, over all days that are there
SELECT channel,
       device,
       SUM(sessions) AS visits,
       ROUND(100 * SUM(orders_paid) / SUM(sessions), 2) AS conversion_percent,
       SUM(revenue) AS revenue
FROM funnel_daily
GROUP BY channel, device
ORDER BY channel, device
