-- Grain: one stretch of due times of which it was noted before a moment that they passed.
DELETE FROM operations.job_slots_passed WHERE noted_at < :before::timestamptz;
