-- Grain: one kind of key that facts hold and its dimension does not.
WITH
  orphans AS (
    SELECT 'store_key' AS key, count(*) AS facts
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT store_key FROM ingestion_layer.dim_stores) AS d WHERE d.store_key = facts.store_key)
    UNION ALL
    SELECT 'device_key', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT device_key FROM ingestion_layer.dim_devices) AS d WHERE d.device_key = facts.device_key)
    UNION ALL
    SELECT 'product_key', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT product_key FROM ingestion_layer.dim_products) AS d WHERE d.product_key = facts.product_key)
    UNION ALL
    SELECT 'label_key', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT label_key FROM ingestion_layer.dim_product_labels) AS d WHERE d.label_key = facts.label_key)
    UNION ALL
    SELECT 'happened_date_key', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT date_key FROM ingestion_layer.dim_time) AS d WHERE d.date_key = facts.happened_date_key)
    UNION ALL
    SELECT 'created_date_key', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT date_key FROM ingestion_layer.dim_time) AS d WHERE d.date_key = facts.created_date_key)
    UNION ALL
    SELECT 'file_id', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT file_id FROM operations.source_files) AS d WHERE d.file_id = facts.file_id)
    UNION ALL
    SELECT 'run_id', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE NOT EXISTS (SELECT 1 FROM (SELECT run_id FROM operations.runs) AS d WHERE d.run_id = facts.run_id)
    UNION ALL
    SELECT 'card_key_id', count(*)
    FROM ingestion_layer.fct_transactions AS facts
    WHERE facts.card_key_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM (SELECT card_key_id FROM operations.card_token_keys) AS d WHERE d.card_key_id = facts.card_key_id)
  )

SELECT key AS subject, '0' AS expected, facts::text AS actual
FROM orphans
WHERE facts > 0
ORDER BY key
LIMIT :limit::integer;
