-- Grain: one of these ids, of one piece, that the fact has.
SELECT transaction_id
FROM ingestion_layer.fct_transactions
WHERE transaction_id = ANY (:ids::bigint[]);
