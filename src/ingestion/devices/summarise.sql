-- Grain: one outcome of the chunk, with what the caller needs to go on. Devices bring no days.
SELECT
  outcome,
  count(*)::integer AS records,
  (count(*) FILTER (WHERE is_said))::integer AS stated,
  (count(*) FILTER (WHERE is_late))::integer AS late,
  0 AS kept,
  min(source_line) AS first_line,
  max(device_id) AS highest_key,
  NULL::integer AS first_day,
  NULL::integer AS last_day
FROM judged_devices
GROUP BY outcome;
