-- Grain: one piece of the fact that may have some of these ids: those of its own, each once, as the text of an array.
SELECT array_agg(DISTINCT transaction_id)::text AS ids
FROM unnest(:transaction_ids::bigint[]) AS wanted (transaction_id)
GROUP BY get_shard_id_for_distribution_column('ingestion_layer.fct_transactions', transaction_id);
