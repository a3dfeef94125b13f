-- Grain: one check as a run judged it; what the run has kept of it before, in an attempt that was broken off, is overwritten.
INSERT INTO operations.check_results (
  run_id, name, subject, column_name, kind, severity, status, failures, observed, expected, checked_at
)
SELECT
  :run_id::integer,
  name,
  subject,
  column_name,
  kind,
  severity::operations.check_severity,
  status::operations.check_status,
  failures,
  observed,
  expected,
  :checked_at::timestamptz
FROM unnest(
  :names::text[], :subjects::text[], :columns::text[], :kinds::text[], :severities::text[], :statuses::text[],
  :failures::bigint[], :observed::text[], :expected::text[]
) AS results (name, subject, column_name, kind, severity, status, failures, observed, expected)
ON CONFLICT (run_id, name) DO UPDATE
SET
  subject = excluded.subject,
  column_name = excluded.column_name,
  kind = excluded.kind,
  severity = excluded.severity,
  status = excluded.status,
  failures = excluded.failures,
  observed = excluded.observed,
  expected = excluded.expected,
  checked_at = excluded.checked_at;
