-- Grain: one file that rejected more or fewer records than quarantine holds of it.
WITH
  quarantined AS (
    SELECT file_id, count(*) AS records
    FROM operations.quarantine
    GROUP BY file_id
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(quarantined.records, 0)::text AS expected,
  files.rejected::text AS actual
FROM operations.source_files AS files
LEFT JOIN quarantined USING (file_id)
WHERE files.rejected <> coalesce(quarantined.records, 0)
ORDER BY files.file_id
LIMIT :limit::integer;
