-- Grain: one check of records, for the run: what came of it in one chunk, added to what the run has of the chunks before. A chunk
-- of which no record fails leaves a row that is there alone.
INSERT INTO operations.check_results AS results (
  run_id, name, subject, column_name, kind, severity, status, failures, observed, expected, checked_at
)
SELECT
  :run_id::integer,
  name,
  source,
  column_name,
  kind,
  severity::operations.check_severity,
  (
    CASE
      WHEN failures = 0 THEN 'passed'
      WHEN severity = 'warn' THEN 'warned'
      ELSE 'failed'
    END
  )::operations.check_status,
  failures,
  observed,
  expected,
  :now::timestamptz
FROM unnest(
  :names::text[], :sources::text[], :columns::text[], :kinds::text[], :severities::text[], :failures::bigint[],
  :observed::text[], :expected::text[]
) AS checked (name, source, column_name, kind, severity, failures, observed, expected)
ON CONFLICT (run_id, name) DO UPDATE
SET
  failures = results.failures + excluded.failures,
  status = excluded.status,
  observed = CASE WHEN results.failures = 0 THEN excluded.observed ELSE results.observed END,
  checked_at = excluded.checked_at
WHERE excluded.failures > 0;
