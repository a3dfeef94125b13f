-- Grain: one row: the lock, given back.
SELECT pg_advisory_unlock(1953066092, CASE :name::text WHEN 'warehouse' THEN 1 ELSE hashtext(:name) END);
