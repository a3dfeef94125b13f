-- Grain: one day (UTC), from the first to the last that a store or a record names, without a gap.
INSERT INTO ingestion_layer.dim_time (
  date_key, calendar_date, year, quarter, month, month_name, day_of_month, day_of_year,
  iso_year, iso_week, iso_day_of_week, day_name, is_weekend
)
WITH
  named AS (
    SELECT least(min(created_at), min(happened_at)) AS first_at, greatest(max(created_at), max(happened_at)) AS last_at
    FROM raw.checked_transactions
    WHERE transaction_id IS NOT NULL
      AND device_key IS NOT NULL
      AND label_number IS NOT NULL
      AND amount IS NOT NULL
      AND status IS NOT NULL
      AND created_at BETWEEN '1970-01-01' AND '2100-12-31 23:59:59'
      AND happened_at BETWEEN '1970-01-01' AND '2100-12-31 23:59:59'
    UNION ALL
    SELECT min(created_at), max(created_at)
    FROM ingestion_layer.dim_stores
  ),

  days AS (
    SELECT generate_series(min(first_at)::date, max(last_at)::date, interval '1 day')::date AS calendar_date
    FROM named
  )

SELECT
  to_char(calendar_date, 'YYYYMMDD')::integer,
  calendar_date,
  extract(year FROM calendar_date),
  extract(quarter FROM calendar_date),
  extract(month FROM calendar_date),
  to_char(calendar_date, 'FMMonth'),
  extract(day FROM calendar_date),
  extract(doy FROM calendar_date),
  extract(isoyear FROM calendar_date),
  extract(week FROM calendar_date),
  extract(isodow FROM calendar_date),
  to_char(calendar_date, 'FMDay'),
  extract(isodow FROM calendar_date) >= 6
FROM days
