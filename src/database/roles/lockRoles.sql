-- Grain: one row: the setting up of this database's roles, one process at a time; it goes with the transaction. The first
-- number is "till" in ASCII, as that of the lock of the warehouse.
SELECT pg_advisory_xact_lock(1953066092, 2);
