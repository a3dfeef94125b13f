-- Grain: one due time to run for. One that is there already was come by before, by a clock that was ahead.
INSERT INTO operations.job_slots (job, due_at, noted_at)
SELECT :job, due_at, :now FROM unnest(:due_at::timestamptz[]) AS due (due_at)
ON CONFLICT (job, due_at) DO NOTHING;
