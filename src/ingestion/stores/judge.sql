-- Grain: one staged store, each with its outcome. As with transactions, of the versions of a store the one said last
-- counts, whatever order files come in.
INSERT INTO judged_stores
WITH
  this_file AS (SELECT file_id, path COLLATE "C" AS path FROM operations.source_files WHERE file_id = :file_id::integer),

  staged AS (
    SELECT
      *,
      coalesce(said_at, :stated_at::timestamptz) AS stated_at,
      row_number() OVER newest = 1 AS is_newest,
      first_value(digest) OVER newest AS newest_digest
    FROM staged_stores
    WINDOW newest AS (PARTITION BY store_id ORDER BY source_line DESC)
  ),

  -- What was said later than the first of these: nothing, where files come in their order.
  later_stretches AS MATERIALIZED (
    SELECT stretches.*, files.path COLLATE "C" AS path
    FROM operations.stated_stretches AS stretches
    JOIN operations.source_files AS files USING (file_id)
    WHERE files.source = 'stores'
      AND (stretches.stated_at, files.path COLLATE "C", stretches.file_id, stretches.first_line) > (
        SELECT staged.stated_at, this_file.path, this_file.file_id, staged.source_line
        FROM staged
        CROSS JOIN this_file
        ORDER BY staged.stated_at, staged.source_line
        LIMIT 1
      )
  ),

  asked AS MATERIALIZED (
    SELECT range_agg(int8range(store_id, store_id, '[]')) AS ids, count(*) AS of_ids
    FROM staged
    WHERE EXISTS (SELECT FROM later_stretches)
  ),

  -- As it is with devices: see there.
  said_last AS MATERIALIZED (
    SELECT DISTINCT ON (said_of) said_of, stated_at, path, file_id, first_line
    FROM (
      SELECT
        *,
        unnest(
          CASE
            WHEN
              pg_column_size(stated_ids) < 2 * (SELECT of_ids FROM asked) + 64
              AND (SELECT sum(upper(ids) - lower(ids)) FROM unnest(stated_ids) AS ids) * 16 <= (SELECT of_ids FROM asked)
              THEN stated_ids
            WHEN stated_ids && (SELECT ids FROM asked) THEN stated_ids * (SELECT ids FROM asked)
          END
        ) AS run_of_ids
      FROM later_stretches
    ) AS later
    CROSS JOIN LATERAL generate_series(lower(run_of_ids), upper(run_of_ids) - 1) AS said_of
    WHERE (SELECT ids FROM asked) @> said_of
    ORDER BY said_of, stated_at DESC, path DESC, file_id DESC, first_line DESC
  ),

  placed AS (
    SELECT
      staged.*,
      this_file.file_id AS this_file_id,
      known.digest AS known_digest,
      -- Something said later is there already.
      CASE
        WHEN known.digest IS NULL THEN false
        WHEN known.file_id = this_file.file_id AND known.source_line > staged.source_line THEN true
        WHEN
          known.file_id <> this_file.file_id
          AND (
            coalesce(
              (
                SELECT ranges.stated_at
                FROM operations.file_ranges AS ranges
                WHERE ranges.file_id = known.file_id AND ranges.first_line <= known.source_line
                ORDER BY ranges.first_line DESC
                LIMIT 1
              ),
              known_files.snapshot_at,
              known_files.updated_at
            ),
            known_files.path COLLATE "C",
            known.file_id
          ) > (staged.stated_at, this_file.path, this_file.file_id)
          THEN true
        ELSE coalesce(
            (said_last.stated_at, said_last.path, said_last.file_id, said_last.first_line)
            > (staged.stated_at, this_file.path, this_file.file_id, staged.source_line),
            false
          )
      END AS is_late
    FROM staged
    CROSS JOIN this_file
    LEFT JOIN ingestion_layer.dim_stores AS known USING (store_id)
    LEFT JOIN operations.source_files AS known_files ON known_files.file_id = known.file_id
    LEFT JOIN said_last ON said_last.said_of = staged.store_id
  )

SELECT
  source_line,
  store_id,
  customer_id,
  created_at,
  digest,
  created_date_key,
  store_name,
  address,
  city,
  country,
  typology,
  quarantine_id,
  coalesce(stated_run_id, :run_id::integer),
  stated_at,
  this_file_id,
  CASE
    WHEN NOT is_newest THEN CASE WHEN digest = newest_digest THEN 'already_present' ELSE 'superseded' END
    WHEN known_digest = digest THEN 'already_present'
    WHEN known_digest IS NULL THEN 'loaded'
    WHEN is_late THEN 'superseded'
    ELSE 'corrected'
  END,
  is_late
FROM placed;
