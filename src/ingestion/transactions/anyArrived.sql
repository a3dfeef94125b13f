-- Grain: one row: whether the device of any waiting transaction has arrived.
SELECT EXISTS (
  SELECT
  FROM operations.quarantine AS waiting
  WHERE waiting.source = 'transactions'
    AND waiting.state = 'waiting'
    AND EXISTS (SELECT FROM ingestion_layer.dim_devices AS devices WHERE devices.device_id = waiting.device_id)
) AS found;
