-- Grain: one stretch of due times that nobody runs for.
INSERT INTO operations.job_slots_passed (job, first_due_at, last_due_at, times, reason, noted_at)
VALUES (:job, :first_due_at, :last_due_at, :times, :reason, :now);
