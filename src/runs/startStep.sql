-- Grain: the step that begins.
INSERT INTO operations.run_steps (run_id, step_number, name, started_at)
VALUES (:run_id, :step_number, :name, :now);
