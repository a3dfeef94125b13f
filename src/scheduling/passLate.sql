-- Grain: one due time that nobody has begun to run for by a moment, and that nobody is to run for any more.
UPDATE operations.job_slots
SET state = 'passed', decided_at = :now
WHERE job = :job AND state = 'due' AND attempts = 0 AND due_at < :before;
