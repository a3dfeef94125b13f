-- Grain: one quarantined record of a run before this one.
DELETE FROM operations.quarantine WHERE run_id <> :run_id::integer;
