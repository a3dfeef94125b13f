-- Grain: the run that begins, which its lock names from now on.
WITH
  started AS (
    INSERT INTO operations.runs (job, trigger, parameters, started_at, heartbeat_at, process, versions_before)
    VALUES (
      :job,
      :trigger,
      :parameters::jsonb,
      :now,
      :now,
      :process,
      coalesce(pg_sequence_last_value('ingestion_layer.fct_transactions_history_version_id_seq'), 0)
    )
    RETURNING run_id
  ),

  named AS (UPDATE operations.run_locks SET run_id = (SELECT run_id FROM started) WHERE name = 'warehouse')

SELECT run_id FROM started;
