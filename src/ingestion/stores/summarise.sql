-- Grain: one outcome of the chunk, with what the caller needs to go on.
SELECT
  outcome,
  count(*)::integer AS records,
  count(*)::integer AS stated,
  (count(*) FILTER (WHERE is_late))::integer AS late,
  0 AS kept,
  min(source_line) AS first_line,
  max(store_id) AS highest_key,
  min(created_date_key) AS first_day,
  max(created_date_key) AS last_day
FROM judged_stores
GROUP BY outcome;
