-- Grain: one version that is new, or is so for another time.
INSERT INTO :"history" (:"key", valid_from, valid_to, is_current, stated_at, file_id, source_line, :"attributes")
SELECT :"key", valid_from, valid_to, is_current, stated_at, file_id, source_line, :"attributes"
FROM :"wanted"
ORDER BY :"key", valid_from
ON CONFLICT (:"key", valid_from) DO NOTHING;
