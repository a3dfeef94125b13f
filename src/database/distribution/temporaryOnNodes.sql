-- Grain: one node but the coordinator: whether a role may make temporary tables there.
SELECT success AND result = 't' AS may
FROM run_command_on_workers(
  format('SELECT has_database_privilege(%L, current_database(), ''TEMPORARY'')', :role::text)
);
