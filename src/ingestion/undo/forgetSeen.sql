-- Grain: one file of which the run noted only that it stands as it is, if it did nothing else, and loaded, rejected and kept
-- nothing: there is nothing to take back.
DELETE FROM operations.run_changes
WHERE run_id = :run_id AND NOT EXISTS (
  SELECT 1
  FROM operations.run_changes AS changes
  WHERE changes.run_id = :run_id AND (changes.table_name <> 'source_files' OR changes.before IS NULL)
)
AND NOT EXISTS (SELECT 1 FROM operations.quarantine WHERE quarantine.run_id = :run_id)
AND EXISTS (
  SELECT 1
  FROM operations.runs
  WHERE runs.run_id = :run_id
    AND runs.loaded + runs.corrected + runs.resolved = 0
    AND runs.versions_before
    >= (SELECT coalesce(max(versions.version_id), 0) FROM ingestion_layer.fct_transactions_history AS versions)
);
