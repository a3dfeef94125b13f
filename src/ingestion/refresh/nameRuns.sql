-- Grain: one committed range that was loaded as it had been before: it keeps the run that read it first, and when, so that the
-- next refresh knows in which order things were loaded.
UPDATE operations.file_ranges AS ranges
SET run_id = former.run_id, committed_at = former.committed_at
FROM unnest(:file_ids::integer[], :end_bytes::bigint[], :run_ids::integer[], :committed_at::timestamptz[])
  AS former (file_id, end_byte, run_id, committed_at)
WHERE ranges.file_id = former.file_id AND ranges.end_byte = former.end_byte;
