-- Grain: one fact of those with these ids, which are of one piece.
INSERT INTO known_facts
SELECT facts.*
FROM ingestion_layer.fct_transactions AS facts
WHERE facts.transaction_id = ANY (:ids::bigint[]);
