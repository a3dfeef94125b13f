-- Grain: one thing in which the database differs from what is declared in rights.ts: a role of ours or a right of one that
-- is missing; a right, an attribute or a membership that one, or everybody (PUBLIC), has too much; and that whoever is
-- logged in cannot enter a role. Where the facts are distributed, or are about to be, that a role may not log in: nodes ask each
-- other as the role that is at work. Reads the catalogue only, in which everybody may read; and by names and not by
-- to_regclass(), which refuses those who may not use the schema.
WITH
  cluster AS (
    SELECT
      -- Roles are the whole server's: where one of its databases may be of a cluster, none of the others takes this away.
      current_setting('citus.shard_count', true) IS NOT NULL AS may_log_in,
      :is_distributed::boolean AS has_to_log_in
  ),

  login AS (SELECT rolname, rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user),

  roles AS (
    SELECT role_name, pg_roles.*
    FROM unnest(:roles::text[]) AS names (role_name)
    LEFT JOIN pg_catalog.pg_roles ON rolname = role_name
  ),

  -- Whose rights are for us to say; 0 is everybody.
  grantees AS (SELECT oid AS grantee, role_name FROM roles WHERE oid IS NOT NULL UNION ALL SELECT 0, 'PUBLIC'),

  wanted AS (
    SELECT role AS role_name, kind, names, "column" AS column_name, privilege
    FROM (
      SELECT :wanted::jsonb AS rights
      UNION ALL
      SELECT :wanted_in_cluster::jsonb FROM cluster WHERE has_to_log_in
    ) AS lists
    CROSS JOIN LATERAL jsonb_to_recordset(lists.rights)
      AS cells (role text, kind text, names text[], "column" text, privilege text)
  ),

  schemas AS (SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = ANY (:schemas::text[])),

  -- Of the tables that are not in a schema of ours, those that are declared.
  relations AS (
    SELECT class.oid, nspname, relname, relkind, relowner, relacl
    FROM pg_catalog.pg_class AS class
    JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND (
        nspname = ANY (:schemas::text[])
        OR ARRAY[nspname::text, relname::text] IN (SELECT names FROM wanted WHERE kind = 'table')
      )
  ),

  granted AS (
    SELECT 'schema' AS kind, ARRAY[nspname::text] AS names, NULL::text AS column_name, grantee, privilege_type, nspowner AS owner
    FROM schemas, aclexplode(nspacl)
    UNION ALL
    SELECT
      CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END,
      ARRAY[nspname::text, relname::text], NULL, grantee, privilege_type, relowner
    FROM relations, aclexplode(relacl)
    UNION ALL
    SELECT 'column', ARRAY[nspname::text, relname::text], attname::text, grantee, privilege_type, relowner
    FROM relations
    JOIN pg_catalog.pg_attribute ON attrelid = relations.oid AND NOT attisdropped, aclexplode(attacl)
    UNION ALL
    SELECT 'routine', ARRAY[proc.oid::regprocedure::text], NULL, grantee, privilege_type, proowner
    FROM pg_catalog.pg_proc AS proc
    JOIN schemas ON schemas.oid = pronamespace, aclexplode(coalesce(proacl, acldefault('f', proowner)))
    UNION ALL
    SELECT 'database', ARRAY[]::text[], NULL, grantee, privilege_type, datdba
    FROM pg_catalog.pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))
    WHERE datname = current_database()
    UNION ALL
    SELECT 'parameter', string_to_array(parname, '.'), NULL, grantee, privilege_type, NULL
    FROM pg_catalog.pg_parameter_acl, aclexplode(paracl)
  ),

  missing AS (
    SELECT
      wanted.*,
      -- By being granted to everybody, say.
      coalesce(
        CASE kind
          WHEN 'schema' THEN has_schema_privilege(roles.oid, schemas.oid, privilege)
          WHEN 'table' THEN has_table_privilege(roles.oid, relations.oid, privilege)
          WHEN 'column' THEN has_column_privilege(roles.oid, relations.oid, column_name, privilege)
          WHEN 'sequence' THEN has_sequence_privilege(roles.oid, relations.oid, privilege)
          WHEN 'database' THEN has_database_privilege(roles.oid, current_database(), privilege)
          WHEN 'parameter' THEN has_parameter_privilege(roles.oid, array_to_string(names, '.'), privilege)
        END,
        false
      ) AS is_had,
      CASE kind
        WHEN 'database'
          THEN has_database_privilege(session_user, current_database(), privilege || ' WITH GRANT OPTION')
        WHEN 'parameter'
          THEN has_parameter_privilege(session_user, array_to_string(names, '.'), privilege || ' WITH GRANT OPTION')
        ELSE true
      END AS is_ours_to_mend
    FROM wanted
    LEFT JOIN roles USING (role_name)
    LEFT JOIN schemas ON kind = 'schema' AND names = ARRAY[schemas.nspname::text]
    LEFT JOIN relations
      ON kind IN ('table', 'column', 'sequence') AND names = ARRAY[relations.nspname::text, relations.relname::text]
    WHERE NOT EXISTS (
      SELECT
      FROM granted
      WHERE granted.grantee = roles.oid
        AND granted.kind = wanted.kind
        AND granted.names = wanted.names
        AND granted.column_name IS NOT DISTINCT FROM wanted.column_name
        AND granted.privilege_type = wanted.privilege
    )
  ),

  excess AS (
    SELECT role_name, kind, names, column_name, privilege_type AS privilege, owner
    FROM granted
    JOIN grantees USING (grantee)
    WHERE NOT EXISTS (
        SELECT
        FROM wanted
        WHERE wanted.role_name = grantees.role_name
          AND wanted.kind = granted.kind
          AND wanted.names = granted.names
          AND wanted.column_name IS NOT DISTINCT FROM granted.column_name
          AND wanted.privilege = granted.privilege_type
      )
      -- That everybody may connect, may see Prisma's table, or may set something, does no role of ours any good.
      AND NOT (
        grantee = 0
        AND (
          kind = 'parameter'
          OR (kind = 'database' AND privilege_type = 'CONNECT')
          OR (kind IN ('table', 'column') AND names[1] <> ALL (:schemas::text[]))
        )
      )
  )

SELECT 'missing' AS what, 'role' AS kind, role_name AS role, ARRAY[]::text[] AS names, NULL AS column, '' AS privilege,
  true AS is_needed, true AS is_ours_to_mend
FROM roles
WHERE oid IS NULL
UNION ALL
SELECT 'excess', 'attribute', role_name, ARRAY[]::text[], NULL, attribute, false, true
FROM roles, cluster, LATERAL (
  VALUES
    ('LOGIN', rolcanlogin AND NOT cluster.may_log_in),
    ('INHERIT', rolinherit),
    ('SUPERUSER', rolsuper),
    ('CREATEDB', rolcreatedb),
    ('CREATEROLE', rolcreaterole),
    ('REPLICATION', rolreplication),
    ('BYPASSRLS', rolbypassrls)
) AS attributes (attribute, is_set)
WHERE is_set
UNION ALL
SELECT 'missing', 'attribute', role_name, ARRAY[]::text[], NULL, 'LOGIN', true, true
FROM roles, cluster
WHERE oid IS NOT NULL AND NOT rolcanlogin AND cluster.has_to_log_in
UNION ALL
SELECT 'excess', 'membership', role_name, ARRAY[group_role.rolname::text], NULL, '', false, true
FROM roles
JOIN pg_catalog.pg_auth_members ON member = roles.oid
JOIN pg_catalog.pg_roles AS group_role ON group_role.oid = roleid
UNION ALL
SELECT 'missing', 'membership', login.rolname::text, ARRAY[role_name], NULL, '', true, true
FROM roles
CROSS JOIN login
WHERE NOT login.rolsuper
  AND NOT coalesce(
    pg_has_role(
      login.rolname,
      roles.oid,
      CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END
    ),
    false
  )
UNION ALL
SELECT 'excess', kind, role_name, names, column_name, privilege, false,
  coalesce(pg_has_role(session_user, owner, 'USAGE'), (SELECT rolsuper FROM login))
FROM excess
UNION ALL
SELECT 'missing', kind, role_name, names, column_name, privilege, NOT is_had AND kind <> 'parameter', is_ours_to_mend
FROM missing
ORDER BY 1, 2, 3, 4, 6, 5;
