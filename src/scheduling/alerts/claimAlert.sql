-- Grain: one alert that the webhook is to be told of next; nobody else tells it meanwhile. Of one that has been over for a day,
-- nobody wants to hear.
UPDATE operations.alerts AS claimed
SET attempts = claimed.attempts + 1, not_before = :until
FROM (
  SELECT alert_id
  FROM operations.alerts
  WHERE (raised_sent_at IS NULL OR (resolved_at IS NOT NULL AND resolved_sent_at IS NULL AND NOT is_event))
    AND (not_before IS NULL OR not_before <= :now)
    AND (resolved_at IS NULL OR resolved_at > :now::timestamptz - interval '1 day')
  ORDER BY alert_id
  LIMIT 1
  FOR UPDATE SKIP LOCKED
) AS next
WHERE claimed.alert_id = next.alert_id
RETURNING
  claimed.alert_id,
  CASE WHEN claimed.raised_sent_at IS NULL THEN 'raised' ELSE 'resolved' END AS event,
  claimed.key,
  claimed.kind,
  claimed.severity,
  claimed.summary,
  claimed.details,
  claimed.raised_at,
  claimed.resolved_at,
  claimed.attempts;
