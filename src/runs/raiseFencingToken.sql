-- Grain: one lock. A token no lower than any other: the holders before this one can commit nothing from here on.
INSERT INTO operations.run_locks AS locks (name, fencing_token, acquired_at)
VALUES (:name, 1, :now)
ON CONFLICT (name) DO UPDATE SET fencing_token = locks.fencing_token + 1, run_id = NULL, acquired_at = excluded.acquired_at
RETURNING fencing_token;
