-- What a session may choose for itself. Costs of parallel workers are set to nothing, so that the planner takes as many as
-- the server gives, and what a million records are joined with is always small enough to be hashed; compiling expressions pays
-- only far above these sizes.
SELECT
  set_config('timezone', 'UTC', false),
  set_config('datestyle', 'ISO, MDY', false),
  set_config('synchronous_commit', 'off', false),
  set_config('work_mem', '512MB', false),
  set_config('maintenance_work_mem', '1GB', false),
  set_config('max_parallel_workers_per_gather', '2', false),
  set_config('max_parallel_maintenance_workers', '2', false),
  set_config('parallel_setup_cost', '0', false),
  set_config('parallel_tuple_cost', '0', false),
  set_config('min_parallel_table_scan_size', '0', false),
  set_config('enable_mergejoin', 'off', false),
  set_config('enable_nestloop', 'off', false),
  set_config('jit', 'off', false)
