-- Grain: one alert that the webhook has been told of.
UPDATE operations.alerts
SET
  raised_sent_at = coalesce(raised_sent_at, :now),
  resolved_sent_at = CASE WHEN :event = 'resolved' THEN :now::timestamptz END,
  attempts = 0,
  not_before = NULL,
  problem = NULL
WHERE alert_id = :alert_id::bigint;
