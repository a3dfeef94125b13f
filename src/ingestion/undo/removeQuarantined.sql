-- Grain: one record that the run put in quarantine.
DELETE FROM operations.quarantine WHERE run_id = :run_id;
