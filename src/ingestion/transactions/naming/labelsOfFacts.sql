-- Grain: one fact of those asked for, with its SKU and the label that it was recorded under. Asked only of the pieces that have them.
SELECT transaction_id, product_key, label_key
FROM ingestion_layer.fct_transactions
WHERE transaction_id = ANY (:transaction_ids::bigint[]);
