-- Grain: one version of a fact that the run kept.
DELETE FROM ingestion_layer.fct_transactions_history WHERE version_id > :versions_before::bigint;
