-- Grain: one reason, with how many records are in quarantine for it and open.
SELECT reason, count(*)::integer AS records
FROM operations.quarantine
WHERE state IN ('waiting', 'rejected')
GROUP BY reason;
