-- Grain: one row: whether the lock was free, and is this session's now. An advisory lock: it goes with the session.
-- The first number is "till" in ASCII, apart from those of other programs on the same database.
SELECT pg_try_advisory_lock(1953066092, CASE :name::text WHEN 'warehouse' THEN 1 ELSE hashtext(:name) END) AS taken;
