-- Grain: one piece of the fact that may have some of the staged ids: those of its own, each once, as the text of an array.
SELECT array_agg(DISTINCT transaction_id)::text AS ids
FROM staged_transactions
WHERE transaction_id <= (SELECT watermark FROM operations.watermarks WHERE source = 'transactions')
GROUP BY get_shard_id_for_distribution_column('ingestion_layer.fct_transactions', transaction_id);
