-- Grain: the run that begins.
INSERT INTO operations.runs (job, trigger, parameters, started_at, heartbeat_at, process)
VALUES (:job, :trigger, :parameters::jsonb, :now, :now, :process)
RETURNING run_id;
