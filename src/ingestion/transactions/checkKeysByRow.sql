-- The foreign keys check every row again.
SELECT set_config('session_replication_role', 'origin', true)
WHERE has_parameter_privilege('session_replication_role', 'SET');
