-- Grain: the file as this run meets it.
INSERT INTO operations.run_files (
  run_id, file_id, source, records_read, loaded, already_present, corrected, superseded, rejected, warnings, applied_amount,
  bytes_read
)
VALUES (
  :run_id, :file_id, :source::operations.source, :records_read, :loaded, :already_present, :corrected, :superseded,
  :rejected, :warnings, :applied_cents::numeric * 0.01, :end_byte::bigint - :start_byte::bigint
)
ON CONFLICT (run_id, file_id) DO UPDATE SET
  records_read = run_files.records_read + excluded.records_read,
  loaded = run_files.loaded + excluded.loaded,
  already_present = run_files.already_present + excluded.already_present,
  corrected = run_files.corrected + excluded.corrected,
  superseded = run_files.superseded + excluded.superseded,
  rejected = run_files.rejected + excluded.rejected,
  warnings = run_files.warnings + excluded.warnings,
  applied_amount = run_files.applied_amount + excluded.applied_amount,
  bytes_read = run_files.bytes_read + excluded.bytes_read;
