-- Grain: one day (UTC) that widens the calendar to span :first_day to :last_day (both `yyyymmdd`) without a gap. A day that
-- another writer is just adding is left to that one, by whichever of its two keys it is met.
WITH
  wanted AS (
    SELECT
      least(to_date(:first_day::text, 'YYYYMMDD'), min(calendar_date)) AS first_day,
      greatest(to_date(:last_day::text, 'YYYYMMDD'), max(calendar_date)) AS last_day
    FROM ingestion_layer.dim_time
  ),

  days AS (
    SELECT generate_series(first_day, last_day, interval '1 day')::date AS calendar_date
    FROM wanted
  )

INSERT INTO ingestion_layer.dim_time (
  date_key, calendar_date, year, quarter, month, month_name, day_of_month, day_of_year,
  iso_year, iso_week, iso_day_of_week, day_name, is_weekend
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
WHERE NOT EXISTS (SELECT FROM ingestion_layer.dim_time AS known WHERE known.calendar_date = days.calendar_date)
ORDER BY calendar_date
ON CONFLICT DO NOTHING;
