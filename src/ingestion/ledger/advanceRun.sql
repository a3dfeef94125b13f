-- Grain: the run, with its sums kept as it goes, so that they are right whenever it dies; and so are those of its source over all
-- runs.
WITH
  counted AS (
    INSERT INTO operations.record_totals AS totals (
      source, loaded, already_present, corrected, superseded, rejected, resolved, bytes_read
    )
    VALUES (
      :source::operations.source, :loaded, :already_present, :corrected, :superseded, :rejected, :resolved, :bytes_read
    )
    ON CONFLICT (source) DO UPDATE
    SET
      loaded = totals.loaded + excluded.loaded,
      already_present = totals.already_present + excluded.already_present,
      corrected = totals.corrected + excluded.corrected,
      superseded = totals.superseded + excluded.superseded,
      rejected = totals.rejected + excluded.rejected,
      resolved = totals.resolved + excluded.resolved,
      bytes_read = totals.bytes_read + excluded.bytes_read
  )

UPDATE operations.runs
SET
  heartbeat_at = :now,
  records_read = records_read + :records_read,
  loaded = loaded + :loaded,
  already_present = already_present + :already_present,
  corrected = corrected + :corrected,
  superseded = superseded + :superseded,
  rejected = rejected + :rejected,
  resolved = resolved + :resolved,
  warnings = warnings + :warnings,
  applied_amount = applied_amount + :applied_cents::numeric * 0.01,
  watermark = greatest(watermark, :watermark::bigint)
WHERE run_id = :run_id;
