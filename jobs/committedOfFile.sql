-- Grain: the file; what a run has committed of it.
WITH
  named AS (
    SELECT file_id FROM operations.source_files WHERE source = :source::operations.source AND path = :path
  )

SELECT
  coalesce(sum(records_read), 0) AS records_read,
  coalesce(sum(loaded), 0) AS loaded,
  coalesce(sum(already_present), 0) AS already_present,
  coalesce(sum(corrected), 0) AS corrected,
  coalesce(sum(superseded), 0) AS superseded,
  coalesce(sum(rejected), 0) AS rejected,
  coalesce(sum(warnings), 0) AS warnings,
  (
    SELECT max(highest_transaction_id)
    FROM operations.file_ranges
    WHERE run_id = :run_id AND file_id IN (SELECT file_id FROM named)
  ) AS watermark,
  (
    SELECT count(*)
    FROM operations.quarantine
    WHERE resolved_run_id = :run_id AND file_id IN (SELECT file_id FROM named)
  ) AS resolved
FROM operations.run_files
WHERE run_id = :run_id AND file_id IN (SELECT file_id FROM named);
