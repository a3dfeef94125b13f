-- Grain: one file whose counts and amount are not the sums of its committed ranges.
WITH
  ranges AS (
    SELECT
      file_id,
      max(end_byte) AS committed_bytes,
      ARRAY[
        sum(records_read), sum(loaded), sum(already_present), sum(corrected), sum(superseded), sum(rejected), sum(warnings),
        sum(applied_amount)
      ] AS sums
    FROM operations.file_ranges
    GROUP BY file_id
  ),

  files AS (
    SELECT
      file_id,
      path,
      committed_bytes,
      ARRAY[
        records_read, loaded, already_present, corrected, superseded, rejected, warnings, applied_amount
      ] AS sums
    FROM operations.source_files
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(ranges.committed_bytes, 0) || ' ' || coalesce(ranges.sums, array_fill(0::numeric, ARRAY[8]))::text AS expected,
  files.committed_bytes || ' ' || files.sums::text AS actual
FROM files
LEFT JOIN ranges USING (file_id)
WHERE files.committed_bytes <> coalesce(ranges.committed_bytes, 0)
  OR files.sums <> coalesce(ranges.sums, array_fill(0::numeric, ARRAY[8]))
ORDER BY files.file_id
LIMIT :limit::integer;
