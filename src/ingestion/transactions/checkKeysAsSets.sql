-- Row-by-row foreign key checks cost several times what all the rest of a load does. Where this user may, they are
-- left out for the one statement that follows: it, or the statements around it, do their work as sets. Everybody else's
-- writes stay checked. No row: nothing is set.
-- The setting would silence triggers and rules of others on the fact as well, so where there are any, nothing is set.
SELECT set_config('session_replication_role', 'replica', true)
WHERE has_parameter_privilege('session_replication_role', 'SET')
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_trigger
    WHERE tgrelid = 'ingestion_layer.fct_transactions'::regclass AND NOT tgisinternal AND tgenabled <> 'D'
  )
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_rewrite
    WHERE ev_class = 'ingestion_layer.fct_transactions'::regclass AND ev_enabled <> 'D'
  );
