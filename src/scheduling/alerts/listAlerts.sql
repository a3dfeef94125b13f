-- Grain: one alert: those that are open, and where others are asked for, the latest of them; newest first.
SELECT
  alert_id::integer,
  key,
  kind,
  severity,
  summary,
  details,
  raised_at,
  resolved_at,
  is_event,
  raised_sent_at,
  problem
FROM operations.alerts
WHERE resolved_at IS NULL OR :all::boolean
ORDER BY alerts.alert_id DESC
LIMIT :limit::integer;
