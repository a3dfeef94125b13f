-- Grain: one transactions file whose records that were loaded or corrected something, and those of quarantine that did so
-- since, those of backfills among them, are not as many as the facts and the former facts that are from it.
WITH
  facts AS (
    SELECT file_id, count(*) AS facts
    FROM (
      SELECT file_id FROM ingestion_layer.fct_transactions
      UNION ALL
      SELECT file_id FROM ingestion_layer.fct_transactions_history WHERE was_current
    ) AS versions
    GROUP BY file_id
  ),

  backfilled AS (
    SELECT file_id, sum(run_files.loaded + run_files.corrected) AS records
    FROM operations.run_files
    JOIN operations.runs USING (run_id)
    WHERE run_files.source = 'transactions'
      AND runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date']
      AND runs.status <> 'undone'
      -- What was done before the files were all loaded anew counts no more.
      AND run_id > coalesce(
        (SELECT max(run_id) FROM operations.runs WHERE parameters ? 'full_refresh' AND versions_before IS NULL), 0
      )
    GROUP BY file_id
  ),

  resolved AS (
    SELECT file_id, sum(resolved) AS resolved
    FROM (
      SELECT file_id, 1 AS resolved FROM operations.quarantine
      WHERE source = 'transactions' AND state = 'resolved'
      UNION ALL
      SELECT file_id, resolved FROM operations.quarantine_dropped
    ) AS all_resolved
    GROUP BY file_id
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(facts.facts, 0)::text AS expected,
  (files.loaded + files.corrected + coalesce(backfilled.records, 0) + coalesce(resolved.resolved, 0))::text AS actual
FROM operations.source_files AS files
LEFT JOIN facts USING (file_id)
LEFT JOIN backfilled USING (file_id)
LEFT JOIN resolved USING (file_id)
WHERE files.source = 'transactions'
  AND coalesce(facts.facts, 0)
    <> files.loaded + files.corrected + coalesce(backfilled.records, 0) + coalesce(resolved.resolved, 0)
ORDER BY files.file_id
LIMIT :limit::integer;
