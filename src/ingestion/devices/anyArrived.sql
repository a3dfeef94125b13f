-- Grain: one row: whether the store of any waiting device has arrived.
SELECT EXISTS (
  SELECT
  FROM operations.quarantine AS waiting
  WHERE waiting.source = 'devices'
    AND waiting.state = 'waiting'
    AND EXISTS (SELECT FROM ingestion_layer.dim_stores AS stores WHERE stores.store_id = waiting.store_id)
) AS found;
