-- Grain: one due time that nobody has begun to run for, and that comes before the latest :most of those that are open.
UPDATE operations.job_slots
SET state = 'passed', decided_at = :now
WHERE job = :job
  AND state = 'due'
  AND attempts = 0
  AND due_at < (
    SELECT due_at
    FROM operations.job_slots
    WHERE job = :job AND state = 'due'
    ORDER BY due_at DESC
    OFFSET :most::integer - 1
    LIMIT 1
  );
