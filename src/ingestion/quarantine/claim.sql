-- Grain: one staged record that was read again of a line in quarantine: which of its records it is, and when and in which run it
-- was said.
UPDATE :"staged" AS staged
SET
  quarantine_id = rejected.quarantine_id,
  stated_run_id = rejected.run_id,
  said_at = coalesce(
    (
      SELECT ranges.stated_at
      FROM operations.file_ranges AS ranges
      WHERE ranges.file_id = :file_id::integer
        AND ranges.first_line <= staged.source_line
        AND ranges.last_line >= staged.source_line
      ORDER BY ranges.first_line DESC
      LIMIT 1
    ),
    -- A last line without its end is in no range, and may have been said later than all of them.
    greatest(
      (SELECT max(ranges.stated_at) FROM operations.file_ranges AS ranges WHERE ranges.file_id = :file_id::integer),
      :stated_at::timestamptz
    )
  )
FROM operations.quarantine AS rejected
WHERE rejected.file_id = :file_id::integer
  AND rejected.source_line = staged.source_line
  AND rejected.state = 'rejected';
