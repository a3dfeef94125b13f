-- Grain: one end of the calendar that is not where it should be, or the days missing between them.
WITH
  times AS (
    SELECT created_date_key AS date_key FROM ingestion_layer.dim_stores
    UNION
    SELECT created_date_key FROM ingestion_layer.fct_transactions
    UNION
    SELECT happened_date_key FROM ingestion_layer.fct_transactions
  ),

  span AS (SELECT min(date_key) AS first_day, max(date_key) AS last_day FROM times),

  calendar AS (
    SELECT
      min(date_key) AS first_day,
      max(date_key) AS last_day,
      count(*) AS days,
      coalesce(max(calendar_date) - min(calendar_date) + 1, 0) AS days_between
    FROM ingestion_layer.dim_time
  )

SELECT
  'dim_time' AS subject,
  concat_ws(' ', 'covers', span.first_day, 'to', span.last_day, 'in', calendar.days_between, 'days') AS expected,
  concat_ws(' ', 'covers', calendar.first_day, 'to', calendar.last_day, 'in', calendar.days, 'days') AS actual
FROM span, calendar
WHERE calendar.days <> calendar.days_between OR span.first_day < calendar.first_day OR span.last_day > calendar.last_day
LIMIT :limit::integer;
