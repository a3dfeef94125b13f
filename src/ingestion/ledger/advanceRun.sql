-- Grain: the run, with its sums kept as it goes, so that they are right whenever it dies.
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
  watermark = greatest(watermark, :watermark::bigint)
WHERE run_id = :run_id;
