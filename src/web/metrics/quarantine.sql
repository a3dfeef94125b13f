-- Grain: one source, one state and one reason: the records in quarantine. Read off an index that has these three and nothing else.
SELECT source::text, state::text, reason, count(*)::double precision AS records
FROM operations.quarantine
GROUP BY source, state, reason
ORDER BY source, state, reason;
