-- Grain: the file that the chunk is of. Its checkpoint moves only from where the chunk began.
UPDATE operations.source_files
SET
  status = 'loading',
  refusal = NULL,
  committed_bytes = :end_byte,
  committed_lines = :last_line,
  committed_digest = :digest,
  unterminated_bytes = 0,
  unterminated_digest = NULL,
  unterminated_stated_at = NULL,
  records_read = records_read + :records_read,
  loaded = loaded + :loaded,
  already_present = already_present + :already_present,
  corrected = corrected + :corrected,
  superseded = superseded + :superseded,
  rejected = rejected + :rejected,
  warnings = warnings + :warnings,
  applied_amount = applied_amount + :applied_cents::numeric * 0.01,
  updated_at = :now
WHERE file_id = :file_id AND committed_bytes = :start_byte;
