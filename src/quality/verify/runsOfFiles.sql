-- Grain: one run whose sums are not those of its files.
WITH
  sums AS (
    SELECT
      run_id,
      ARRAY[
        sum(records_read), sum(loaded), sum(already_present), sum(corrected), sum(superseded), sum(rejected), sum(warnings)
      ]::bigint[] AS counts
    FROM operations.run_files
    GROUP BY run_id
  )

SELECT
  'run ' || runs.run_id AS subject,
  coalesce(sums.counts, array_fill(0::bigint, ARRAY[7]))::text AS expected,
  ARRAY[
    runs.records_read, runs.loaded, runs.already_present, runs.corrected, runs.superseded, runs.rejected, runs.warnings
  ]::text AS actual
FROM operations.runs
LEFT JOIN sums USING (run_id)
WHERE coalesce(sums.counts, array_fill(0::bigint, ARRAY[7])) <> ARRAY[
  runs.records_read, runs.loaded, runs.already_present, runs.corrected, runs.superseded, runs.rejected, runs.warnings
]
ORDER BY runs.run_id
LIMIT :limit::integer;
