-- The planner has to know that what the records are joined with is small.
ANALYZE raw.known_devices, raw.labels
