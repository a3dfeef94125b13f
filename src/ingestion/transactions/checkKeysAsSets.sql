-- Row-by-row foreign key checks cost several times what all the rest of a load does. Where this user may, they are
-- left out for the one statement that follows, which does their work as a set; everybody else's writes stay checked.
SELECT set_config('session_replication_role', 'replica', true)
WHERE has_parameter_privilege('session_replication_role', 'SET');
