-- Grain: the committed range that an unterminated record follows; it counts what was read after it. Committed bytes
-- lie in exactly one range, and these bytes are not committed: they will be read again.
UPDATE operations.file_ranges
SET
  records_read = records_read + :records_read,
  loaded = loaded + :loaded,
  already_present = already_present + :already_present,
  corrected = corrected + :corrected,
  superseded = superseded + :superseded,
  rejected = rejected + :rejected,
  warnings = warnings + :warnings,
  applied_amount = applied_amount + :applied_cents::numeric * 0.01,
  highest_transaction_id = greatest(highest_transaction_id, :highest_transaction_id::bigint)
WHERE file_id = :file_id AND end_byte = :start_byte;
