-- Grain: one version that is kept of the facts with these ids, which are of one piece.
INSERT INTO known_versions
SELECT versions.*
FROM ingestion_layer.fct_transactions_history AS versions
WHERE versions.transaction_id = ANY (:ids::bigint[]);
