-- Grain: one row: what this database, and its server, have of Citus. Asked with no need of anything of it.
SELECT
  (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'citus') AS installed,
  (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'citus') AS available,
  current_setting('citus.shard_count', true) IS NOT NULL AS is_loaded;
