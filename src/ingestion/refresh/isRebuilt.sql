-- Grain: the run: whether its refresh was committed.
SELECT versions_before IS NULL AS is_rebuilt FROM operations.runs WHERE run_id = :run_id;
