-- Grain: as in newestRun.sql, for facts that are distributed. Of the versions, each node says no more than between which runs
-- some were kept.
WITH
  before_runs AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT versions_before ORDER BY versions_before), '{0}') AS version_ids
    FROM operations.runs
    WHERE lock_name = 'warehouse' AND versions_before IS NOT NULL
  ),

  kept AS MATERIALIZED (
    SELECT DISTINCT width_bucket(version_id - 1, (SELECT version_ids FROM before_runs)) AS place
    FROM ingestion_layer.fct_transactions_history
  )

SELECT
  runs.run_id,
  runs.job,
  runs.status,
  runs.started_at,
  runs.versions_before,
  runs.parameters ? 'full_refresh' AS is_refresh,
  -- What is noted is dropped from the oldest run on: one that has nothing noted, and older ones have, changed nothing of that.
  EXISTS (SELECT 1 FROM operations.run_changes AS changes WHERE changes.run_id <= runs.run_id) AS is_noted
FROM operations.runs AS runs
CROSS JOIN before_runs
WHERE runs.run_id < :before_run_id::integer
  AND runs.status <> 'undone'
  -- Others only read.
  AND runs.lock_name = 'warehouse'
  AND (
    (
      (runs.records_read > 0 OR runs.resolved > 0)
      AND (
        EXISTS (SELECT 1 FROM operations.run_changes AS changes WHERE changes.run_id = runs.run_id)
        -- What is noted is dropped from the oldest run on.
        OR (
          NOT EXISTS (SELECT 1 FROM operations.run_changes AS changes WHERE changes.run_id < runs.run_id)
          -- A backfill that found all that it read loaded already has changed nothing.
          AND NOT runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date']
        )
      )
    )
    OR (runs.parameters ? 'full_refresh' AND runs.versions_before IS NULL)
    OR EXISTS (
      SELECT 1
      FROM operations.run_changes AS changes
      WHERE changes.run_id = runs.run_id AND (changes.table_name <> 'source_files' OR changes.before IS NULL)
    )
    -- Facts, rejects, and versions of facts that count for nothing, are noted nowhere else. Versions are numbered run by run.
    OR runs.loaded + runs.corrected + runs.resolved > 0
    OR EXISTS (SELECT 1 FROM operations.quarantine WHERE quarantine.run_id = runs.run_id)
    OR (
      array_position(before_runs.version_ids, runs.versions_before) IN (SELECT place FROM kept)
      AND runs.versions_before < (
        SELECT later.versions_before
        FROM operations.runs AS later
        WHERE later.run_id > runs.run_id AND later.lock_name = 'warehouse'
        ORDER BY later.run_id
        LIMIT 1
      )
    )
  )
ORDER BY runs.run_id DESC
LIMIT 1;
