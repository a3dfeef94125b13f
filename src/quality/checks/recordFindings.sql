-- Grain: one check of records: what came of it in the latest run that stands and judged it. Only loads keep such results.
SELECT latest.*
FROM unnest(:names::text[]) AS asked (name)
CROSS JOIN LATERAL (
  SELECT results.name, results.run_id, results.failures, results.observed
  FROM operations.check_results AS results
  JOIN operations.runs USING (run_id)
  WHERE results.name = asked.name AND runs.status <> 'undone'
  ORDER BY results.run_id DESC
  LIMIT 1
) AS latest;
