-- Grain: the run.
SELECT status FROM operations.runs WHERE run_id = :run_id;
