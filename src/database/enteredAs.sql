-- Grain: one row, what this session is like of what it was asked to be.
SELECT
  current_user::text AS "user",
  current_setting('TimeZone') AS time_zone,
  current_setting('default_transaction_read_only') = 'on' AS is_read_only;
