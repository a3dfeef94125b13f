-- Grain: one check of records: what came of it in the latest run that stands in which loaders made it.
SELECT DISTINCT ON (results.name) results.name, results.run_id, results.failures, results.observed
FROM operations.check_results AS results
JOIN operations.runs USING (run_id)
WHERE results.name = ANY (:names::text[])
  AND runs.job <> :job
  AND runs.status <> 'undone'
ORDER BY results.name, results.run_id DESC;
