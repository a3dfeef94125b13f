-- Grain: one run whose sums are not those of its files.
WITH
  files AS (
    SELECT
      run_id,
      ARRAY[
        sum(records_read), sum(loaded), sum(already_present), sum(corrected), sum(superseded), sum(rejected), sum(warnings),
        sum(applied_amount)
      ] AS sums
    FROM operations.run_files
    GROUP BY run_id
  ),

  runs AS (
    SELECT
      run_id,
      ARRAY[
        records_read, loaded, already_present, corrected, superseded, rejected, warnings, applied_amount
      ] AS sums
    FROM operations.runs
  )

SELECT
  'run ' || runs.run_id AS subject,
  coalesce(files.sums, array_fill(0::numeric, ARRAY[8]))::text AS expected,
  runs.sums::text AS actual
FROM runs
LEFT JOIN files USING (run_id)
WHERE runs.sums <> coalesce(files.sums, array_fill(0::numeric, ARRAY[8]))
ORDER BY runs.run_id
LIMIT :limit::integer;
