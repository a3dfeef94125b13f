-- Grain: one record that is in quarantine again, and that was closed there before: a mended one was loaded since. Records that
-- one run reads never close each other, and now all are of one.
WITH
  facts AS MATERIALIZED (
    SELECT transaction_id
    FROM ingestion_layer.fct_transactions
    WHERE transaction_id IN (SELECT natural_key FROM operations.quarantine WHERE source = 'transactions')
  )

UPDATE operations.quarantine AS again
SET state = 'obsolete'
FROM operations.quarantine AS former
JOIN operations.source_files AS former_files USING (file_id)
JOIN operations.source_files AS files
  ON files.source = former_files.source AND files.path = former_files.path AND files.status <> 'replaced'
WHERE former.run_id <> :run_id::integer
  AND again.run_id = :run_id::integer
  AND again.state IN ('waiting', 'rejected')
  AND again.file_id = files.file_id
  AND again.source_line = former.source_line
  -- What closed it may be missing now.
  AND (
    coalesce(again.natural_key, former.natural_key) IS NULL
    OR CASE again.source
      WHEN 'stores'
        THEN EXISTS (
          SELECT 1 FROM ingestion_layer.dim_stores WHERE store_id = coalesce(again.natural_key, former.natural_key)
        )
      WHEN 'devices'
        THEN EXISTS (
          SELECT 1 FROM ingestion_layer.dim_devices WHERE device_id = coalesce(again.natural_key, former.natural_key)
        )
      ELSE coalesce(again.natural_key, former.natural_key) IN (SELECT transaction_id FROM facts)
    END
  );
