-- Grain: one file whose counts are not the sums of its committed ranges.
WITH
  sums AS (
    SELECT
      file_id,
      max(end_byte) AS committed_bytes,
      ARRAY[
        sum(records_read), sum(loaded), sum(already_present), sum(corrected), sum(superseded), sum(rejected), sum(warnings)
      ]::bigint[] AS counts
    FROM operations.file_ranges
    GROUP BY file_id
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(sums.committed_bytes, 0) || ' ' || coalesce(sums.counts, array_fill(0::bigint, ARRAY[7]))::text AS expected,
  files.committed_bytes || ' ' || ARRAY[
    files.records_read, files.loaded, files.already_present, files.corrected, files.superseded, files.rejected,
    files.warnings
  ]::text AS actual
FROM operations.source_files AS files
LEFT JOIN sums USING (file_id)
WHERE files.committed_bytes <> coalesce(sums.committed_bytes, 0)
  OR coalesce(sums.counts, array_fill(0::bigint, ARRAY[7])) <> ARRAY[
    files.records_read, files.loaded, files.already_present, files.corrected, files.superseded, files.rejected,
    files.warnings
  ]
ORDER BY files.file_id
LIMIT :limit::integer;
