-- Grain: the transaction, with its device and store as they were when it happened.
SELECT device_id, device_type, store_id, store_name, address, city, country, typology
FROM aggregation_layer.transactions_as_was
WHERE transaction_id = :transaction_id::bigint;
