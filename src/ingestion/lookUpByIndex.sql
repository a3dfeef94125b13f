-- Grain: one row. Where next to no version is kept yet, has this transaction look them up by their index whatever the planner thinks: it
-- may plan a statement while there is none, and the chunks beside this one may leave many before that has ended.
SELECT
  CASE
    WHEN pg_relation_size('ingestion_layer.fct_transactions_history') < 32 * current_setting('block_size')::bigint
      THEN set_config('enable_seqscan', 'off', true)
  END;
