-- Two joins of the next statement are with the calendar.
ANALYZE ingestion_layer.dim_time
