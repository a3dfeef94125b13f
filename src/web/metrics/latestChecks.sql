-- Grain: one status: the checks that ended so when they were last judged. Of those that were declared when a verification and a look
-- at freshness last judged any, by whatever run did so last; and of those of records, when their source was last loaded. Runs
-- are looked up one by one (OFFSET 0): joined, all since would be read.
WITH
  declared AS (
    SELECT DISTINCT results.name
    FROM (VALUES ('verify'), ('freshness')) AS jobs (job)
    CROSS JOIN LATERAL (
      SELECT run_id
      FROM operations.runs
      WHERE runs.job = jobs.job
        AND runs.status IN ('succeeded', 'failed')
        AND EXISTS (SELECT FROM operations.check_results AS kept WHERE kept.run_id = runs.run_id)
      ORDER BY runs.started_at DESC
      LIMIT 1
    ) AS newest
    JOIN operations.check_results AS results USING (run_id)
  ),

  judged AS (
    SELECT declared.name, latest.status
    FROM declared
    CROSS JOIN LATERAL (
      SELECT results.status
      FROM operations.check_results AS results
      CROSS JOIN LATERAL (
        SELECT
        FROM operations.runs
        WHERE runs.run_id = results.run_id AND runs.status NOT IN ('running', 'undone')
        OFFSET 0
      ) AS standing
      WHERE results.name = declared.name
      ORDER BY results.run_id DESC
      LIMIT 1
    ) AS latest
    UNION
    SELECT results.name, results.status
    FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
    CROSS JOIN LATERAL (
      SELECT kept.run_id
      FROM operations.check_results AS kept
      CROSS JOIN LATERAL (
        SELECT
        FROM operations.runs
        WHERE runs.run_id = kept.run_id AND runs.lock_name = 'warehouse' AND runs.status NOT IN ('running', 'undone')
        OFFSET 0
      ) AS standing
      WHERE kept.subject = sources.source::text
      ORDER BY kept.run_id DESC
      LIMIT 1
    ) AS newest
    JOIN operations.check_results AS results ON results.run_id = newest.run_id AND results.subject = sources.source::text
  )

SELECT statuses.status::text, count(judged.name)::double precision AS checks
FROM unnest(enum_range(NULL::operations.check_status)) AS statuses (status)
LEFT JOIN judged USING (status)
GROUP BY statuses.status
ORDER BY statuses.status;
