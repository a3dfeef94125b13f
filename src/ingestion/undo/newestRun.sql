-- Grain: the newest run before this one that changed something and has not been taken back; none where there is none left.
-- Of a run that cannot be taken back nothing is noted any more, but it read or resolved records. One that only saw again what
-- was there, and noted as what file, is passed over: an earlier one takes that with it. A refresh that was
-- committed left no versions of before, whatever it read.
SELECT
  runs.run_id,
  runs.job,
  runs.status,
  runs.started_at,
  runs.versions_before,
  runs.parameters ? 'full_refresh' AS is_refresh,
  -- What is noted is dropped from the oldest run on: one that has nothing noted, and older ones have, changed nothing of that.
  EXISTS (SELECT FROM operations.run_changes AS changes WHERE changes.run_id <= runs.run_id) AS is_noted
FROM operations.runs AS runs
WHERE runs.run_id < :before_run_id::integer
  AND runs.status <> 'undone'
  -- Others only read.
  AND runs.lock_name = 'warehouse'
  AND (
    (
      (runs.records_read > 0 OR runs.resolved > 0)
      AND (
        EXISTS (SELECT FROM operations.run_changes AS changes WHERE changes.run_id = runs.run_id)
        -- What is noted is dropped from the oldest run on.
        OR (
          NOT EXISTS (SELECT FROM operations.run_changes AS changes WHERE changes.run_id < runs.run_id)
          -- A backfill that found all that it read loaded already has changed nothing.
          AND NOT runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date']
        )
      )
    )
    OR (runs.parameters ? 'full_refresh' AND runs.versions_before IS NULL)
    OR EXISTS (
      SELECT
      FROM operations.run_changes AS changes
      WHERE changes.run_id = runs.run_id AND (changes.table_name <> 'source_files' OR changes.before IS NULL)
    )
    -- Facts, rejects, and versions of facts that count for nothing, are noted nowhere else.
    OR runs.loaded + runs.corrected + runs.resolved > 0
    OR EXISTS (SELECT FROM operations.quarantine WHERE quarantine.run_id = runs.run_id)
    OR runs.run_id = ANY (:keeping_runs::integer[])
  )
ORDER BY runs.run_id DESC
LIMIT 1;
