-- Drops staging tables whose session ended without a chance to, as when the whole server is killed. They hold no rows by
-- then; autovacuum drops them too, after a minute or more. To be run by one session at a time.
--
-- A schema's number is that of its session, or of the session that has the number since then and never used the schema:
-- only a loader does. PostgreSQL 15 has no function to look the number up.
--
-- Leaves its role until the transaction ends: a session's schema is no other session's, unless its user is a superuser.
DO $$
DECLARE
  orphan record;
BEGIN
  PERFORM set_config('role', 'none', true);
  PERFORM set_config('lock_timeout', '2s', true);
  FOR orphan IN
    SELECT namespace.nspname, class.relname
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE class.relname IN (
        'staged_rejects',
        'staged_stores',
        'judged_stores',
        'new_store_versions',
        'staged_devices',
        'judged_devices',
        'new_device_versions',
        'staged_transactions',
        'judged_transactions',
        'staged_labels',
        'known_facts',
        'known_versions'
      )
      AND class.relpersistence = 't'
      AND class.relkind = 'r'
      AND pg_has_role(class.relowner, 'USAGE')
      AND has_schema_privilege(namespace.oid, 'USAGE')
      AND current_setting('server_version_num')::integer >= 160000
      AND substring(namespace.nspname FROM '^pg_temp_(\d+)$')::integer NOT IN (
        SELECT number
        FROM pg_stat_get_backend_idset() AS number
        JOIN pg_stat_activity AS session ON session.pid = pg_stat_get_backend_pid(number)
        WHERE session.application_name = 'tillhouse loader'
      )
  LOOP
    EXECUTE format('DROP TABLE IF EXISTS %I.%I', orphan.nspname, orphan.relname);
  END LOOP;
END
$$
