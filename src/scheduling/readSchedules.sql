-- Grain: one job that daemons have run, with what is open of it and what came of the latest due time that was run for.
SELECT
  schedules.job,
  schedules.cron,
  schedules.timezone,
  schedules.accounted_through,
  schedules.paused_at,
  coalesce(open.slots, '[]') AS open,
  latest.due_at AS latest_due_at,
  latest.state AS latest_state,
  latest.run_id AS latest_run_id
FROM operations.job_schedules AS schedules
CROSS JOIN LATERAL (
  SELECT
    json_agg(json_build_object('due_at', due_at, 'attempts', attempts, 'not_before', not_before) ORDER BY due_at) AS slots
  FROM operations.job_slots AS slots
  WHERE slots.job = schedules.job AND slots.state = 'due'
) AS open
LEFT JOIN LATERAL (
  SELECT
    slots.due_at,
    slots.state,
    (SELECT max(run_id) FROM operations.runs WHERE runs.job = slots.job AND runs.due_at = slots.due_at) AS run_id
  FROM operations.job_slots AS slots
  WHERE slots.job = schedules.job AND slots.state IN ('done', 'failed')
  ORDER BY slots.due_at DESC
  LIMIT 1
) AS latest ON true
ORDER BY schedules.job;
