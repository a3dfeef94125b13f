-- Grain: one node but the coordinator: nobody may make temporary tables there by being anybody, as on the coordinator. Where that is
-- not this user's to say, the node warns, and all stays as it is.
SELECT success, result
FROM run_command_on_workers(format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()));
