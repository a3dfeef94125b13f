-- Grain: one due time of which it was decided before a moment what becomes of it.
DELETE FROM operations.job_slots
WHERE state <> 'due' AND decided_at < :before::timestamptz;
