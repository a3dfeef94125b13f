-- Grain: one check of those named: what came of it in the latest run that stands and judged it.
SELECT latest.*
FROM unnest(:names::text[]) AS asked (name)
CROSS JOIN LATERAL (
  SELECT
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
  WHERE results.name = asked.name AND runs.status <> 'undone'
  ORDER BY results.run_id DESC
  LIMIT 1
) AS latest;
