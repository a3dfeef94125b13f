-- Grain: one row. Where next to no version is kept yet, has this transaction, down to its end, look up by index all that it can, whatever
-- the planner thinks: it may plan a statement while there is no version, and the chunks beside this one may leave many before that has
-- ended. Where versions are on the nodes of a cluster it always does: the coordinator has none.
SELECT
  CASE
    WHEN pg_relation_size('ingestion_layer.fct_transactions_history') < 32 * current_setting('block_size')::bigint
      THEN set_config('enable_seqscan', 'off', true)
  END;
