-- Grain: one row: the database that this is, and the server's major version.
SELECT current_database()::text AS database, current_setting('server_version_num')::integer / 10000 AS major;
