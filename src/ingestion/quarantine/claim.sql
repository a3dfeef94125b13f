-- Grain: one staged record that was read again of a line in quarantine: which of its records it is, and when and in which run it
-- was said. One index look-up for each, whatever the planner knows of what is in quarantine.
WITH
  claimed AS MATERIALIZED (
    SELECT staged.source_line, of_line.quarantine_id, of_line.run_id
    FROM :"staged" AS staged
    CROSS JOIN LATERAL (
      SELECT quarantine_id, state, run_id
      FROM operations.quarantine
      WHERE file_id = :file_id::integer AND source_line = staged.source_line
      OFFSET 0
    ) AS of_line
    WHERE of_line.state = 'rejected'
  )

UPDATE :"staged" AS staged
SET
  quarantine_id = claimed.quarantine_id,
  stated_run_id = claimed.run_id,
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
FROM claimed
WHERE claimed.source_line = staged.source_line;
