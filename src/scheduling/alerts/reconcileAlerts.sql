-- Grain: one alert that is raised or resolved now: what is wrong by what the database says is compared with the alerts that are
-- open. The caller has locked them.
WITH
  -- The newest run of a job's schedule that has ended, if it failed, and nobody has done the same with success since. One that
  -- was killed is found by another run, which mostly goes on with its work: it counts when none has for a while.
  failed_runs AS (
    SELECT newest.*
    FROM operations.job_schedules AS schedules
    CROSS JOIN LATERAL (
      SELECT run_id, job, lock_name, status, parameters, due_at, finished_at, error_code, error_message
      FROM operations.runs
      WHERE runs.job = schedules.job AND runs.trigger = 'schedule' AND runs.status IN ('succeeded', 'failed', 'killed')
      ORDER BY runs.run_id DESC
      LIMIT 1
    ) AS newest
    WHERE newest.status <> 'succeeded'
    -- Each check that found something is an alert of its own; a load that it stopped is one more.
    AND (newest.error_code IS DISTINCT FROM 'check_failed' OR newest.lock_name = 'warehouse')
    AND (newest.status <> 'killed' OR newest.finished_at < :now::timestamptz - interval '5 minutes')
    AND NOT EXISTS (
      SELECT
      FROM operations.runs AS later
      WHERE later.job = newest.job
        AND later.run_id > newest.run_id
        AND (
          (later.status = 'succeeded' AND later.parameters = newest.parameters)
          OR (later.status = 'running' AND newest.status = 'killed')
        )
    )
  ),

  -- One that was noted late itself, since no daemon was up, is run for at once.
  late_slots AS (
    SELECT job, min(due_at) AS due_at, count(*) AS times
    FROM operations.job_slots AS slots
    JOIN operations.job_schedules AS schedules USING (job)
    WHERE slots.state = 'due'
      AND slots.attempts = 0
      AND coalesce(slots.noted_at, slots.due_at) < :now::timestamptz - :late_ms::bigint * interval '1 ms'
      AND schedules.paused_at IS NULL
      -- It is run for when that one ends.
      AND NOT EXISTS (SELECT FROM operations.runs WHERE runs.job = slots.job AND runs.status = 'running')
    GROUP BY job
  ),

  -- What each source brought when it last brought something.
  loads AS (
    SELECT
      newest.source,
      newest.run_id,
      sum(run_files.records_read) AS records,
      -- Those that wait do not count; they need counting only where all of them would be too many.
      CASE
        WHEN sum(run_files.rejected) > sum(run_files.records_read) * :reject_ratio::numeric
          THEN (
            SELECT count(*)
            FROM operations.quarantine
            WHERE quarantine.run_id = newest.run_id AND quarantine.source = newest.source AND quarantine.state = 'rejected'
          )
        ELSE 0
      END AS rejected
    FROM (
      SELECT sources.source, latest.run_id
      FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
      CROSS JOIN LATERAL (
        SELECT run_id
        FROM operations.run_files
        JOIN operations.runs USING (run_id)
        WHERE run_files.source = sources.source AND run_files.records_read > 0 AND runs.status NOT IN ('running', 'undone')
        ORDER BY run_id DESC
        LIMIT 1
      ) AS latest
    ) AS newest
    JOIN operations.run_files ON run_files.run_id = newest.run_id AND run_files.source = newest.source
    GROUP BY newest.source, newest.run_id
  ),

  -- What was declared when a schedule last judged it.
  declared AS (
    SELECT DISTINCT results.name
    FROM (VALUES ('verify'), ('freshness')) AS jobs (job)
    CROSS JOIN LATERAL (
      SELECT run_id
      FROM operations.runs
      WHERE runs.job = jobs.job
        AND runs.trigger = 'schedule'
        AND runs.status IN ('succeeded', 'failed')
        AND EXISTS (SELECT FROM operations.check_results AS kept WHERE kept.run_id = runs.run_id)
      ORDER BY run_id DESC
      LIMIT 1
    ) AS newest
    JOIN operations.check_results AS results USING (run_id)
  ),

  -- What each of those last found, by whoever ran it; and those of records, when their source was last loaded.
  checked AS (
    SELECT latest.*
    FROM declared
    CROSS JOIN LATERAL (
      SELECT results.name, results.subject, results.kind, results.status, results.observed, results.expected, results.run_id
      FROM operations.check_results AS results
      JOIN operations.runs USING (run_id)
      WHERE results.name = declared.name AND runs.status NOT IN ('running', 'undone')
      ORDER BY results.run_id DESC
      LIMIT 1
    ) AS latest
    UNION ALL
    SELECT results.name, results.subject, results.kind, results.status, results.observed, results.expected, results.run_id
    FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
    CROSS JOIN LATERAL (
      SELECT kept.run_id
      FROM operations.check_results AS kept
      JOIN operations.runs USING (run_id)
      WHERE kept.subject = sources.source::text
        AND runs.lock_name = 'warehouse'
        AND runs.status NOT IN ('running', 'undone')
      ORDER BY kept.run_id DESC
      LIMIT 1
    ) AS newest
    JOIN operations.check_results AS results ON results.run_id = newest.run_id AND results.subject = sources.source::text
  ),

  missed AS (
    SELECT passed_id, job, first_due_at, last_due_at, times
    FROM operations.job_slots_passed
    WHERE reason = 'missed' AND noted_at > :now::timestamptz - interval '1 day'
  ),

  found AS (
    SELECT
      'run_failed:' || job AS key,
      'run_failed' AS kind,
      'error' AS severity,
      false AS is_event,
      format('%s failed (run %s, %s): %s', job, run_id, error_code, error_message) AS summary,
      jsonb_build_object('job', job, 'run_id', run_id, 'due_at', due_at, 'error_code', error_code) AS details
    FROM failed_runs
    UNION ALL
    SELECT
      'slot_late:' || job,
      'slot_late',
      'warning',
      false,
      format('%s was due at %s UTC, and no run has begun for it', job, to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')),
      jsonb_build_object('job', job, 'due_at', due_at, 'times', times)
    FROM late_slots
    UNION ALL
    SELECT
      'slot_missed:' || passed_id,
      'slot_missed',
      'warning',
      true,
      format(
        '%s was due %s, from %s to %s UTC, and nobody ran for that in time',
        job,
        CASE times WHEN 1 THEN 'once' ELSE times || ' times' END,
        to_char(first_due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
        to_char(last_due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
      ),
      jsonb_build_object('job', job, 'first_due_at', first_due_at, 'last_due_at', last_due_at, 'times', times)
    FROM missed
    UNION ALL
    SELECT
      'rejects:' || source,
      'rejects',
      'warning',
      false,
      format('%s of %s records of %s were rejected (run %s)', rejected, records, source, run_id),
      jsonb_build_object('source', source, 'run_id', run_id, 'records', records, 'rejected', rejected)
    FROM loads
    WHERE rejected > records * :reject_ratio::numeric
    UNION ALL
    -- One that is silent is late as well.
    SELECT
      level.kind || ':' || subject,
      level.kind,
      level.severity,
      false,
      format('%s: %s; expected: %s', name, observed, expected),
      jsonb_build_object('source', subject, 'check', name, 'run_id', run_id)
    FROM checked
    JOIN (
      VALUES ('source_late', 'warning', ARRAY['warned', 'failed']), ('source_silent', 'error', ARRAY['failed'])
    ) AS level (kind, severity, statuses) ON checked.status::text = ANY (level.statuses)
    WHERE checked.kind = 'freshness'
    UNION ALL
    SELECT
      level.kind || ':' || name,
      level.kind,
      level.severity,
      false,
      format('%s: %s; expected: %s', name, observed, expected),
      jsonb_build_object('check', name, 'subject', subject, 'run_id', run_id)
    FROM checked
    JOIN (
      VALUES ('check_warned', 'warning', 'warned'), ('check_failed', 'error', 'failed')
    ) AS level (kind, severity, status) ON checked.status::text = level.status
    WHERE checked.kind <> 'freshness'
  ),

  conditions AS (SELECT DISTINCT ON (key) * FROM found ORDER BY key),

  raised AS (
    INSERT INTO operations.alerts (key, kind, severity, summary, details, raised_at, resolved_at, is_event)
    SELECT key, kind, severity, summary, details, :now, CASE WHEN is_event THEN :now::timestamptz END, is_event
    FROM conditions
    WHERE NOT EXISTS (
      SELECT FROM operations.alerts WHERE alerts.key = conditions.key AND (alerts.resolved_at IS NULL OR alerts.is_event)
    )
    RETURNING key, severity, summary
  ),

  resolved AS (
    UPDATE operations.alerts
    SET
      resolved_at = :now,
      -- What is to be told next may be that it is over.
      attempts = CASE WHEN raised_sent_at IS NULL THEN attempts ELSE 0 END,
      not_before = CASE WHEN raised_sent_at IS NULL THEN not_before END
    WHERE resolved_at IS NULL AND NOT EXISTS (SELECT FROM conditions WHERE conditions.key = alerts.key)
    RETURNING key, severity, summary
  )

SELECT 'raised' AS event, key, severity, summary FROM raised
UNION ALL
SELECT 'resolved', key, severity, summary FROM resolved
ORDER BY event, key;
