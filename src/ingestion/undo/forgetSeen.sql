-- Grain: one file of which the run noted only that it stands as it is, if it did nothing else, rejected
-- nothing, and kept no version: there is nothing to take back.
DELETE FROM operations.run_changes
WHERE run_id = :run_id AND NOT EXISTS (
  SELECT
  FROM operations.run_changes AS changes
  WHERE changes.run_id = :run_id AND (changes.table_name <> 'source_files' OR changes.before IS NULL)
)
AND NOT EXISTS (SELECT FROM operations.quarantine WHERE quarantine.run_id = :run_id)
AND NOT EXISTS (
  SELECT
  FROM ingestion_layer.fct_transactions_history AS versions
  JOIN operations.runs ON versions.version_id > runs.versions_before
  WHERE runs.run_id = :run_id
);
