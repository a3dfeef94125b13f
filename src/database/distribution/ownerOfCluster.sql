-- Grain: one row: whether what the role at work makes can be made on the nodes too. Citus makes the role there first, unless it has
-- done so, and that takes a superuser; with what has it do so.
SELECT
  roles.rolname::text AS role,
  format('ALTER DATABASE %I OWNER TO %I', current_database(), roles.rolname) AS remedy,
  roles.rolsuper
    OR NOT EXISTS (SELECT FROM pg_catalog.pg_dist_node WHERE groupid <> 0)
    OR EXISTS (
      SELECT
      FROM pg_catalog.pg_dist_object
      WHERE classid = 'pg_catalog.pg_authid'::regclass AND objid = roles.oid
    ) AS may_make
FROM pg_catalog.pg_roles AS roles
WHERE roles.rolname = current_user;
