-- Grain: as in keepingRuns.sql, for facts that are distributed: each node says no more than between which runs some were kept.
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

SELECT runs.run_id
FROM operations.runs AS runs
CROSS JOIN before_runs
WHERE runs.lock_name = 'warehouse'
  AND array_position(before_runs.version_ids, runs.versions_before) IN (SELECT place FROM kept)
  AND runs.versions_before < (
    SELECT later.versions_before
    FROM operations.runs AS later
    WHERE later.run_id > runs.run_id AND later.lock_name = 'warehouse'
    ORDER BY later.run_id
    LIMIT 1
  );
