-- Grain: one committed chunk, or the one that an unterminated record follows, with the stores or devices of it that were in
-- quarantine and have been tried again.
UPDATE operations.file_ranges AS ranges
SET stated_ids = coalesce(ranges.stated_ids, '{}') + resolved.ids
FROM (
  SELECT its_range.file_id, its_range.start_byte, range_agg(int8range(judged.:"id", judged.:"id", '[]')) AS ids
  FROM :"judged" AS judged
  JOIN operations.file_ranges AS its_range
    ON its_range.file_id = judged.file_id
    AND judged.source_line >= its_range.first_line
    AND (
      judged.source_line <= its_range.last_line
      OR NOT EXISTS (
        SELECT
        FROM operations.file_ranges AS later
        WHERE later.file_id = its_range.file_id AND later.start_byte > its_range.start_byte
      )
    )
  WHERE judged.outcome <> 'unknown_store'
  GROUP BY its_range.file_id, its_range.start_byte
) AS resolved
WHERE ranges.file_id = resolved.file_id AND ranges.start_byte = resolved.start_byte;
