-- Grain: one alert that the webhook could not be told of, and is told of again later.
UPDATE operations.alerts SET not_before = :again, problem = :problem WHERE alert_id = :alert_id::bigint;
