-- The key of a day, and the day.
ALTER TABLE ingestion_layer.dim_time
  ADD CONSTRAINT dim_time_pkey PRIMARY KEY (date_key),
  ADD CONSTRAINT dim_time_calendar_date_key UNIQUE (calendar_date)
