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

  -- What was said later than any of these; mostly nothing.
  said_later AS MATERIALIZED (
    SELECT stretches.stated_at, files.path COLLATE "C" AS path, stretches.file_id, stretches.first_line, stretches.stated_ids
    FROM operations.stated_stretches AS stretches
    JOIN operations.source_files AS files USING (file_id)
    WHERE stretches.stated_at >= (SELECT min(staged.stated_at) FROM staged) AND files.source = 'stores'
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
        ELSE EXISTS (
          SELECT
          FROM said_later
          WHERE (said_later.stated_at, said_later.path, said_later.file_id, said_later.first_line)
              > (staged.stated_at, this_file.path, this_file.file_id, staged.source_line)
            AND said_later.stated_ids @> staged.store_id
        )
      END AS is_late
    FROM staged
    CROSS JOIN this_file
    LEFT JOIN ingestion_layer.dim_stores AS known USING (store_id)
    LEFT JOIN operations.source_files AS known_files ON known_files.file_id = known.file_id
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
