-- Works as a role until the transaction ends: nodes are asked as it.
SELECT set_config('role', :role::text, true);
