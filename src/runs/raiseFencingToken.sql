-- Grain: the warehouse. A token no lower than any other: the holders before this one can commit nothing from here on.
UPDATE operations.run_locks
SET fencing_token = fencing_token + 1, run_id = NULL, acquired_at = :now
WHERE name = 'warehouse'
RETURNING fencing_token;
