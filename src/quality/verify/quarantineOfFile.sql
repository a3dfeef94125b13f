-- Grain: one file that rejected, in backfills as well, more or fewer records than quarantine holds of it, or held.
WITH
  backfilled AS (
    SELECT file_id, sum(run_files.rejected) AS records
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

  quarantined AS (
    SELECT file_id, sum(records) AS records
    FROM (
      SELECT file_id, 1 AS records FROM operations.quarantine
      UNION ALL
      SELECT file_id, resolved FROM operations.quarantine_dropped
    ) AS all_records
    GROUP BY file_id
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(quarantined.records, 0)::text AS expected,
  (files.rejected + coalesce(backfilled.records, 0))::text AS actual
FROM operations.source_files AS files
LEFT JOIN quarantined USING (file_id)
LEFT JOIN backfilled USING (file_id)
WHERE files.rejected + coalesce(backfilled.records, 0) <> coalesce(quarantined.records, 0)
ORDER BY files.file_id
LIMIT :limit::integer;
