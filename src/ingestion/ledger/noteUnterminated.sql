-- Grain: the file that ends inside the record read here. Its checkpoint stays where the record begins.
UPDATE operations.source_files
SET
  status = 'loading',
  refusal = NULL,
  unterminated_bytes = :end_byte::bigint - :start_byte::bigint,
  unterminated_digest = :digest,
  unterminated_stated_at = :stated_at,
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
