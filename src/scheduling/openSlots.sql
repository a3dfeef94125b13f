-- Grain: one due time that a run is to be begun for, oldest first; none while its job is paused.
SELECT slots.due_at, slots.not_before FROM operations.job_slots AS slots
JOIN operations.job_schedules AS schedules USING (job)
WHERE slots.job = :job AND slots.state = 'due' AND schedules.paused_at IS NULL
ORDER BY slots.due_at;
