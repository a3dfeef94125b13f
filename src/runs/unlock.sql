-- Grain: one row: the warehouse, given back.
SELECT pg_advisory_unlock(1953066092, 1);
