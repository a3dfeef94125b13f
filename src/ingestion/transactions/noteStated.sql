-- Grain: the committed chunk, with the ids of which it says again what an earlier file said. Runs of ids are kept as such, so
-- a whole export that comes again costs a few bytes.
UPDATE operations.file_ranges
SET
  stated_ids = (
    SELECT range_agg(int8range(transaction_id, transaction_id, '[]'))
    FROM judged_transactions
    WHERE says_again AND NOT is_by_itself
  )
WHERE file_id = :file_id AND start_byte = :start_byte AND NOT :is_unterminated::boolean;
