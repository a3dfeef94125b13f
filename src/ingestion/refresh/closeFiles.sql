-- Grain: one file of the ledger: nothing is committed of it. Its row stays for the log of runs, and stands at its path no more.
UPDATE operations.source_files
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
  records_read = 0,
  loaded = 0,
  already_present = 0,
  corrected = 0,
  superseded = 0,
  rejected = 0,
  warnings = 0
WHERE status <> 'replaced' OR committed_bytes + unterminated_bytes + records_read > 0;
