-- Grain: one alert that was over before a moment.
DELETE FROM operations.alerts WHERE resolved_at < :before::timestamptz;
