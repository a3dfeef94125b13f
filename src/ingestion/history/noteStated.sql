-- Grain: the committed chunk, or the one that an unterminated record follows, with the stores or devices that it has a record
-- of.
UPDATE operations.file_ranges
SET
  stated_ids = coalesce(stated_ids, '{}') + (
    SELECT range_agg(int8range(:"id", :"id", '[]'))
    FROM :"judged"
    WHERE outcome <> 'unknown_store'
  )
WHERE file_id = :file_id AND (start_byte = :start_byte OR (:is_unterminated::boolean AND end_byte = :start_byte));
