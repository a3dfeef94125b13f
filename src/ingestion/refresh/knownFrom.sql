-- Grain: one path of which something is known that a file at it can no longer be asked for, or one of the files named: how
-- much of the star and of what waits is from it.
WITH
  known AS (
    SELECT file_id, 'transaction' AS kind FROM ingestion_layer.fct_transactions
    UNION ALL
    SELECT file_id, 'version' FROM ingestion_layer.fct_transactions_history
    UNION ALL
    SELECT file_id, 'version' FROM ingestion_layer.dim_stores_history
    UNION ALL
    SELECT file_id, 'version' FROM ingestion_layer.dim_devices_history
    UNION ALL
    SELECT file_id, 'store' FROM ingestion_layer.dim_stores
    UNION ALL
    SELECT file_id, 'device' FROM ingestion_layer.dim_devices
    UNION ALL
    SELECT file_id, 'waiting' FROM operations.quarantine WHERE state = 'waiting'
  )

SELECT
  files.path,
  files.status = 'replaced' AS is_replaced,
  (count(*) FILTER (WHERE known.kind = 'transaction'))::integer AS transactions,
  (count(*) FILTER (WHERE known.kind = 'version'))::integer AS versions,
  (count(*) FILTER (WHERE known.kind = 'store'))::integer AS stores,
  (count(*) FILTER (WHERE known.kind = 'device'))::integer AS devices,
  (count(*) FILTER (WHERE known.kind = 'waiting'))::integer AS waiting
FROM known
JOIN operations.source_files AS files USING (file_id)
WHERE files.status = 'replaced' OR known.file_id = ANY (:file_ids::integer[])
GROUP BY files.path, is_replaced
ORDER BY files.path COLLATE "C", is_replaced;
