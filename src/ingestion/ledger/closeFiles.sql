-- Grain: one file of which nothing is committed from here on: its row stays for the log of runs, and stands at its path no
-- more. One that the run met first, or, where no run is given, any.
UPDATE operations.source_files AS files
SET
  status = 'replaced',
  refusal = NULL,
  committed_bytes = 0,
  committed_lines = 0,
  -- That of no bytes.
  committed_digest = :committed_digest,
  digest_key = :digest_key,
  unterminated_bytes = 0,
  unterminated_digest = NULL,
  unterminated_stated_at = NULL,
  records_read = 0,
  loaded = 0,
  already_present = 0,
  corrected = 0,
  superseded = 0,
  rejected = 0,
  warnings = 0,
  applied_amount = 0
WHERE CASE
  WHEN :run_id::integer IS NULL THEN status <> 'replaced' OR committed_bytes + unterminated_bytes + records_read > 0
  ELSE file_id IN (
    SELECT (changes.row_key ->> 'file_id')::integer
    FROM operations.run_changes AS changes
    WHERE changes.run_id = :run_id::integer AND changes.table_name = 'source_files' AND changes.before IS NULL
  )
END;
