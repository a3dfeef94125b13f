-- Grain: one run that is at work, newest first. The state stands here in so many words, as the index on such runs has it.
SELECT run_id
FROM operations.runs
WHERE status = 'running'
ORDER BY run_id DESC
LIMIT :most;
