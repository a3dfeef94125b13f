-- Grain: one of the roles named that may log in here, and that whoever is logged in can enter.
SELECT rolname::text AS role
FROM pg_catalog.pg_roles
WHERE rolname = ANY (:roles::text[])
  AND rolcanlogin
  AND pg_has_role(
    session_user,
    oid,
    CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END
  )
ORDER BY rolname;
