-- Grain: one kind of alert and its severity, of those that are kept: how many are open. What only happened is over at once.
SELECT kind, severity, (count(*) FILTER (WHERE resolved_at IS NULL))::double precision AS open
FROM operations.alerts
GROUP BY kind, severity
ORDER BY kind, severity;
