-- Grain: one file that the run met first: nothing is committed of it. Its row stays for the log of the run, and stands at its
-- path no more.
UPDATE operations.source_files AS files
SET
  status = 'replaced',
  refusal = NULL,
  committed_bytes = 0,
  committed_lines = 0,
  -- That of no bytes, not keyed yet: the next run does that.
  committed_digest = :committed_digest,
  digest_key = NULL,
  unterminated_bytes = 0,
  unterminated_digest = NULL,
  records_read = 0,
  loaded = 0,
  already_present = 0,
  corrected = 0,
  superseded = 0,
  rejected = 0,
  warnings = 0
FROM operations.run_changes AS changes
WHERE changes.run_id = :run_id
  AND changes.table_name = 'source_files'
  AND changes.before IS NULL
  AND files.file_id = (changes.row_key ->> 'file_id')::integer;
