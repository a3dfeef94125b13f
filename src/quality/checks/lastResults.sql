-- Grain: one check of those named: what came of it in the latest run that stands and judged it.
SELECT DISTINCT ON (results.name)
  results.run_id,
  results.name,
  results.subject,
  results.column_name AS column,
  results.kind,
  results.severity,
  results.status,
  results.failures,
  results.observed,
  results.expected,
  results.checked_at
FROM operations.check_results AS results
JOIN operations.runs USING (run_id)
WHERE runs.status <> 'undone'
  AND results.name = ANY (:names::text[])
ORDER BY results.name, results.run_id DESC;
