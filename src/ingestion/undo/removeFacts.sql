-- Grain: one fact that the run added.
DELETE FROM ingestion_layer.fct_transactions AS facts
USING undone_facts AS undone
WHERE undone.version_id IS NULL AND facts.transaction_id = undone.transaction_id;
