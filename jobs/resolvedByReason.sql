-- Grain: one reason, with what the records came to that a run resolved of it.
SELECT
  reason,
  (count(*) FILTER (WHERE resolved_outcome = 'loaded'))::integer AS loaded,
  (count(*) FILTER (WHERE resolved_outcome = 'corrected'))::integer AS corrected
FROM operations.quarantine
WHERE resolved_run_id = :run_id
GROUP BY reason;
