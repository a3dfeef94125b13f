-- Grain: one row: whether this database has Citus. Asked with no need of anything of it.
SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus') AS found;
