-- Grain: one row. The whole calendar.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        date_key,
        calendar_date,
        year,
        quarter,
        month,
        month_name,
        day_of_month,
        day_of_year,
        iso_year,
        iso_week,
        iso_day_of_week,
        day_name,
        is_weekend
      ),
      E'\n'
      ORDER BY date_key
    )
  ) AS hash
FROM ingestion_layer.dim_time
