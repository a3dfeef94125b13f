-- Grain: one fact that a later line of its file says again. It moves on to that line, so that a line between the two,
-- which may still wait for its device, is not taken for the newer one.
UPDATE ingestion_layer.fct_transactions AS facts
SET source_line = confirmed.source_line
FROM (
  SELECT transaction_id, max(source_line) AS source_line
  FROM judged_transactions
  WHERE confirms
  GROUP BY transaction_id
) AS confirmed
WHERE facts.transaction_id = confirmed.transaction_id AND facts.source_line < confirmed.source_line;
