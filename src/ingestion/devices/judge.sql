-- Grain: one staged device, each with its outcome. As with transactions, of the versions of a device the one said last
-- counts, whatever order files come in, and wherever a chunk ends.
INSERT INTO judged_devices
WITH
  stores AS (SELECT store_id, store_key FROM ingestion_layer.dim_stores),

  found AS (
    SELECT
      staged.source_line,
      staged.device_id,
      staged.store_id,
      staged.digest,
      staged.device_type,
      staged.quarantine_id,
      files.file_id,
      coalesce(staged.stated_run_id, :run_id::integer) AS stated_run_id,
      coalesce(staged.said_at, :stated_at::timestamptz) AS stated_at,
      files.path COLLATE "C" AS path,
      stores.store_key,
      known.digest AS known_digest,
      known.file_id AS known_file_id,
      known.source_line AS known_line,
      known_files.path COLLATE "C" AS known_path,
      CASE
        WHEN known.file_id IS NOT NULL AND known.file_id <> files.file_id
          THEN coalesce(
              (
                SELECT ranges.stated_at
                FROM operations.file_ranges AS ranges
                WHERE ranges.file_id = known.file_id AND ranges.first_line <= known.source_line
                ORDER BY ranges.first_line DESC
                LIMIT 1
              ),
              known_files.snapshot_at,
              known_files.updated_at
            )
      END AS known_stated_at
    FROM staged_devices AS staged
    JOIN operations.source_files AS files ON files.file_id = coalesce(staged.file_id, :file_id::integer)
    LEFT JOIN stores USING (store_id)
    LEFT JOIN ingestion_layer.dim_devices AS known USING (device_id)
    LEFT JOIN operations.source_files AS known_files ON known_files.file_id = known.file_id
  ),

  known AS (
    SELECT
      *,
      -- Within a file the later line is the newer.
      CASE
        WHEN known_file_id = file_id THEN source_line >= known_line
        ELSE (stated_at, path, file_id) > (known_stated_at, known_path, known_file_id)
      END AS is_newer
    FROM found
  ),

  -- What was said later than the first of these: nothing, where files come in their order.
  later_stretches AS MATERIALIZED (
    SELECT stretches.*, files.path COLLATE "C" AS path
    FROM operations.stated_stretches AS stretches
    JOIN operations.source_files AS files USING (file_id)
    WHERE files.source = 'devices'
      AND (stretches.stated_at, files.path COLLATE "C", stretches.file_id, stretches.first_line) > (
        SELECT stated_at, path, file_id, source_line
        FROM known
        ORDER BY stated_at, path, file_id, source_line
        LIMIT 1
      )
  ),

  asked AS MATERIALIZED (
    SELECT range_agg(int8range(device_id, device_id, '[]')) AS ids, count(*) AS of_ids
    FROM known
    WHERE EXISTS (SELECT FROM later_stretches)
  ),

  -- A stretch of few ids is unpacked: where many lines have no readable id there are many of those. One of many is asked for all
  -- as one set: where they come in no order it is large, and looking each one up in it would unpack it each time. Comparing sets goes
  -- through both; unpacking an id took as long as going past sixteen. Ids are counted only where the size of their stretch, some
  -- twenty bytes a run of them, allows for so few: counting takes as long as comparing. As scalar sub-selects the sets are neither
  -- copied nor keys of anything, whatever the plan.
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
      known.*,
      -- Something said later is there already.
      CASE
        WHEN known_digest IS NULL THEN false
        WHEN NOT is_newer THEN true
        ELSE coalesce(
            (said_last.stated_at, said_last.path, said_last.file_id, said_last.first_line)
            > (known.stated_at, known.path, known.file_id, known.source_line),
            false
          )
      END AS is_late
    FROM known
    LEFT JOIN said_last ON said_last.said_of = known.device_id
  ),

  staged AS (
    SELECT
      *,
      row_number() OVER newest = 1 AS is_newest,
      first_value(digest) OVER newest AS newest_digest,
      first_value(known_digest = digest OR NOT is_late) OVER newest AS newest_counts
    FROM placed
    -- One whose store is unknown cannot be loaded, so it is no newest one.
    WINDOW newest AS (
      PARTITION BY device_id
      ORDER BY store_key IS NULL, stated_at DESC, path DESC, file_id DESC, source_line DESC, quarantine_id DESC
    )
  ),

  judged AS (
    SELECT
      *,
      CASE
        WHEN store_key IS NULL THEN 'unknown_store'
        WHEN known_digest = digest THEN 'already_present'
        WHEN NOT is_newest
          THEN CASE WHEN newest_counts AND digest = newest_digest THEN 'already_present' ELSE 'superseded' END
        WHEN is_late THEN 'superseded'
        WHEN known_digest IS NOT NULL THEN 'corrected'
        ELSE 'loaded'
      END AS outcome
    FROM staged
  )

SELECT
  source_line,
  device_id,
  store_id,
  digest,
  device_type,
  quarantine_id,
  file_id,
  stated_run_id,
  stated_at,
  outcome,
  store_key,
  is_late
FROM judged;
