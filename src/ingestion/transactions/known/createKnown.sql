-- Session-private copies of the facts that a chunk may be about, and of their versions, for a warehouse whose facts are
-- distributed; emptied by every commit.
CREATE TEMPORARY TABLE IF NOT EXISTS known_facts (
  LIKE ingestion_layer.fct_transactions,
  PRIMARY KEY (transaction_id)
) ON COMMIT DELETE ROWS;

CREATE TEMPORARY TABLE IF NOT EXISTS known_versions (
  LIKE ingestion_layer.fct_transactions_history,
  PRIMARY KEY (transaction_id, version_id)
) ON COMMIT DELETE ROWS;
