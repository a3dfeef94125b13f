-- Grain: one staged transaction, each with its outcome. Reads the fact only for ids at or below the watermark, one
-- index look-up an id, so the cost does not grow with history. Nothing hangs on where a chunk ends, nor on the order in
-- which files come: of the versions of an id the one said last counts. Versions follow each other by when their file said
-- so, then by its path, then by their line.
INSERT INTO judged_transactions
WITH
  devices AS (SELECT device_id, device_key, store_key FROM ingestion_layer.dim_devices),

  found AS MATERIALIZED (
    SELECT
      staged.*,
      coalesce(
        staged.said_at,
        -- What a backfill reads again was said when it was read first.
        CASE
          WHEN :is_backfill::boolean
            THEN (
              SELECT ranges.stated_at
              FROM operations.file_ranges AS ranges
              WHERE ranges.file_id = staged.file_id
                AND ranges.first_line <= staged.source_line
                AND ranges.last_line >= staged.source_line
              ORDER BY ranges.first_line DESC
              LIMIT 1
            )
        END,
        :stated_at::timestamptz
      ) AS stated_at,
      files.path COLLATE "C" AS path,
      devices.device_key,
      coalesce(staged.former_store_key, devices.store_key) AS store_key,
      fact.digest AS fact_digest,
      fact.card_token AS fact_card_token,
      fact.file_id AS fact_file_id,
      fact.source_line AS fact_line,
      fact.whole AS fact
    FROM staged_transactions AS staged
    JOIN operations.source_files AS files USING (file_id)
    LEFT JOIN devices USING (device_id)
    LEFT JOIN LATERAL (
      SELECT
        facts.digest,
        facts.card_token,
        facts.file_id,
        facts.source_line,
        ROW(facts.*)::ingestion_layer.fct_transactions AS whole
      FROM :"facts" AS facts
      WHERE facts.transaction_id = staged.transaction_id AND staged.transaction_id <= (
          SELECT watermark FROM operations.watermarks WHERE source = 'transactions'
        )
      OFFSET 0
    ) AS fact ON true
  ),

  -- Nearly all files were said at once: then nobody asks which chunk of its file a fact came with.
  fact_files AS MATERIALIZED (
    SELECT
      used.file_id,
      files.path COLLATE "C" AS path,
      said.at_once,
      said.first_line,
      -- Of a backfill that went beyond what is committed.
      coalesce(
        files.snapshot_at,
        to_timestamp(files.mtime_ns / 1000000000) + (files.mtime_ns / 1000 % 1000000) * interval '1 microsecond'
      ) AS of_whole
    FROM (SELECT DISTINCT fact_file_id AS file_id FROM found WHERE fact_file_id IS NOT NULL) AS used
    JOIN operations.source_files AS files USING (file_id)
    CROSS JOIN LATERAL (
      SELECT
        CASE WHEN min(ranges.stated_at) = max(ranges.stated_at) THEN min(ranges.stated_at) END AS at_once,
        min(ranges.first_line) AS first_line
      FROM operations.file_ranges AS ranges
      WHERE ranges.file_id = used.file_id
    ) AS said
  ),

  dated AS (
    SELECT
      found.*,
      fact_files.path AS fact_path,
      CASE
        WHEN fact_file_id IS NULL
          OR (fact_file_id, fact_digest, fact_card_token) IS NOT DISTINCT FROM (found.file_id, digest, card_token)
          THEN NULL
        WHEN fact_files.first_line <= fact_line AND fact_files.at_once IS NOT NULL THEN fact_files.at_once
        ELSE coalesce(
          (
            SELECT ranges.stated_at
            FROM operations.file_ranges AS ranges
            WHERE ranges.file_id = fact_files.file_id AND ranges.first_line <= fact_line
            ORDER BY ranges.first_line DESC
            LIMIT 1
          ),
          fact_files.of_whole
        )
      END AS fact_stated_at
    FROM found
    LEFT JOIN fact_files ON fact_files.file_id = fact_file_id
  ),

  known AS (
    SELECT
      *,
      -- Within a file the later line is the newer.
      CASE
        WHEN fact_file_id = file_id THEN source_line >= fact_line
        ELSE (stated_at, path, file_id) > (fact_stated_at, fact_path, fact_file_id)
      END AS is_newer
    FROM dated
  ),

  -- What was said later than the first of these: nothing, where files come in their order.
  later_stretches AS MATERIALIZED (
    SELECT stretches.*, files.path COLLATE "C" AS path
    FROM operations.stated_stretches AS stretches
    JOIN operations.source_files AS files USING (file_id)
    WHERE files.source = 'transactions'
      AND (stretches.stated_at, files.path COLLATE "C", stretches.file_id, stretches.first_line) > (
        SELECT stated_at, path, file_id, source_line
        FROM known
        WHERE is_newer AND fact_digest <> digest
        ORDER BY stated_at, path, file_id, source_line
        LIMIT 1
      )
  ),

  asked AS MATERIALIZED (
    SELECT range_agg(int8range(transaction_id, transaction_id, '[]')) AS ids, count(*) AS of_ids
    FROM known
    WHERE EXISTS (SELECT FROM later_stretches) AND is_newer AND fact_digest <> digest
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

  placed AS MATERIALIZED (
    SELECT
      known.*,
      -- It takes the place of what is there, if it is the newest of the chunk.
      CASE
        WHEN fact_digest IS NULL THEN true
        WHEN NOT is_newer THEN false
        WHEN fact_digest = digest THEN true
        ELSE coalesce(
            (said_last.stated_at, said_last.path, said_last.file_id, said_last.first_line)
            <= (known.stated_at, known.path, known.file_id, known.source_line),
            true
          )
        AND NOT EXISTS (
          SELECT
          FROM :"versions" AS kept
          JOIN operations.source_files AS kept_files ON kept_files.file_id = kept.file_id
          WHERE kept.transaction_id = known.transaction_id
            AND kept.digest = known.fact_digest
            AND (kept.stated_at, kept_files.path COLLATE "C", kept.file_id, kept.source_line)
              > (known.stated_at, known.path, known.file_id, known.source_line)
        )
      END AS counts
    FROM known
    LEFT JOIN said_last ON said_last.said_of = known.transaction_id
  ),

  repeated AS MATERIALIZED (SELECT transaction_id FROM placed GROUP BY transaction_id HAVING count(*) > 1),

  staged AS (
    SELECT *, true AS is_newest, digest AS newest_digest, counts AS newest_counts
    FROM placed
    WHERE transaction_id NOT IN (SELECT transaction_id FROM repeated)
    UNION ALL
    SELECT
      *,
      row_number() OVER newest = 1,
      first_value(digest) OVER newest,
      first_value(counts) OVER newest
    FROM placed
    WHERE transaction_id IN (SELECT transaction_id FROM repeated)
    -- One whose device is unknown cannot be loaded, so it is no newest one.
    WINDOW newest AS (
      PARTITION BY transaction_id
      ORDER BY device_key IS NULL, stated_at DESC, path DESC, file_id DESC, source_line DESC, quarantine_id DESC
    )
  ),

  judged AS (
    SELECT
      *,
      CASE
        -- The digest leaves the card out, and a line that is read again may have had its card cut.
        WHEN fact_digest = digest
          AND (fact_card_token IS NOT DISTINCT FROM card_token OR (fact_file_id, fact_line) <> (file_id, source_line))
          THEN 'already_present'
        WHEN device_key IS NULL THEN 'unknown_device'
        WHEN NOT is_newest
          THEN CASE WHEN newest_counts AND digest = newest_digest THEN 'already_present' ELSE 'superseded' END
        WHEN NOT counts THEN 'superseded'
        WHEN fact_digest IS NOT NULL THEN 'corrected'
        ELSE 'loaded'
      END AS outcome
    FROM staged
  )

SELECT
  source_line,
  transaction_id,
  device_id,
  created_at,
  happened_at,
  digest,
  label_digest,
  card_token,
  created_date_key,
  happened_date_key,
  status,
  amount,
  card_last4,
  file_id,
  card_key_id,
  stated_run_id,
  quarantine_id,
  stated_at,
  former_store_key,
  outcome,
  device_key,
  store_key,
  CASE WHEN outcome = 'corrected' THEN fact END,
  outcome = 'already_present'
    AND is_newest
    AND coalesce(fact_digest = digest AND is_newer, false)
    AND NOT (:is_backfill::boolean AND fact_file_id = file_id),
  quarantine_id IS NOT NULL OR :is_unterminated::boolean OR :is_backfill::boolean,
  fact_stated_at,
  -- Of versions to be kept; read again, as after a backfill, a line has left its version by then.
  outcome IN ('superseded', 'already_present') AND EXISTS (
    SELECT
    FROM :"versions" AS kept
    WHERE kept.transaction_id = judged.transaction_id
      AND kept.file_id = judged.file_id
      AND kept.source_line = judged.source_line
      AND kept.digest = judged.digest
      AND outcome IN ('superseded', 'already_present')
  )
FROM judged;
