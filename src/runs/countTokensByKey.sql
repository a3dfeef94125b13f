-- Grain: one card token key with facts under it.
SELECT card_key_id, count(*)::text AS transactions
FROM ingestion_layer.fct_transactions
WHERE card_key_id IS NOT NULL
GROUP BY card_key_id;
