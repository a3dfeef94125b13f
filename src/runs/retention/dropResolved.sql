-- Grain: one quarantined record that a run resolved which ended before a moment. How many there were of each file, and
-- what they amount to, is kept, for its sums to go on holding. A run that rejected or resolved one of them cannot be taken back any more, nor one before it.
WITH
  dropped AS (
    DELETE FROM operations.quarantine AS kept
    USING operations.runs
    WHERE kept.state = 'resolved' AND runs.run_id = kept.resolved_run_id AND runs.finished_at < :before::timestamptz
    RETURNING kept.file_id, kept.resolved_run_id, kept.amount
  ),

  counted AS (
    INSERT INTO operations.quarantine_dropped AS files (file_id, resolved, resolved_amount)
    SELECT file_id, count(*), coalesce(sum(amount), 0) FROM dropped
    GROUP BY file_id
    ON CONFLICT (file_id) DO UPDATE SET
      resolved = files.resolved + excluded.resolved,
      resolved_amount = files.resolved_amount + excluded.resolved_amount
  ),

  forgotten AS (
    DELETE FROM operations.run_changes WHERE run_id <= (SELECT max(resolved_run_id) FROM dropped)
  )

SELECT count(*)::integer AS dropped FROM dropped;
