-- Grain: one run that kept versions of facts. Versions are numbered run by run.
SELECT runs.run_id
FROM operations.runs AS runs
WHERE runs.lock_name = 'warehouse'
  AND EXISTS (
    SELECT
    FROM ingestion_layer.fct_transactions_history AS versions
    WHERE versions.version_id > runs.versions_before
      AND versions.version_id <= (
        SELECT later.versions_before
        FROM operations.runs AS later
        WHERE later.run_id > runs.run_id AND later.lock_name = 'warehouse'
        ORDER BY later.run_id
        LIMIT 1
      )
  );
