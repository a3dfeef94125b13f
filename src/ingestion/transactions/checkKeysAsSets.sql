-- Row-by-row foreign key checks cost several times what all the rest of a load does. Where this user may, they are
-- left out for the statements that follow: they, or those around them, do their work as sets. Everybody else's
-- writes stay checked. No row: nothing is set.
-- The setting would silence triggers and rules of others on the fact and its versions as well, so where there are any, nothing is set.
SELECT set_config('session_replication_role', 'replica', true)
WHERE has_parameter_privilege('session_replication_role', 'SET')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger
    WHERE tgrelid IN ('ingestion_layer.fct_transactions'::regclass, 'ingestion_layer.fct_transactions_history'::regclass)
      AND NOT tgisinternal AND tgenabled <> 'D'
  )
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_rewrite
    WHERE ev_class IN ('ingestion_layer.fct_transactions'::regclass, 'ingestion_layer.fct_transactions_history'::regclass)
      AND ev_enabled <> 'D'
  );
