-- Grain: one row. Whoever else looks for alerts waits until this transaction ends.
SELECT pg_advisory_xact_lock(1953066092, 2);
