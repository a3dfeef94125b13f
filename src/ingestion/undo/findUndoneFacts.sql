-- Grain: one fact that the run wrote last; later runs have been taken back, or wrote none. The first version of it that was
-- kept since the run began is what it was before. Reads the whole fact.
WITH
  first_versions AS (
    SELECT DISTINCT ON (transaction_id) transaction_id, version_id, run_id
    FROM ingestion_layer.fct_transactions_history
    WHERE version_id > :versions_before::bigint AND was_current
    ORDER BY transaction_id, version_id
  )

INSERT INTO undone_facts (place, transaction_id, version_id)
SELECT
  row_number() OVER (ORDER BY facts.transaction_id),
  facts.transaction_id,
  CASE WHEN versions.run_id <> :run_id THEN versions.version_id END
FROM ingestion_layer.fct_transactions AS facts
LEFT JOIN first_versions AS versions USING (transaction_id)
WHERE facts.run_id = :run_id;
