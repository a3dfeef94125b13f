-- Grain: one version of a store or device that the chunk says something new of, as the whole of what was said of it has it.
-- A record that only says again what was so then is known by the stretch that it is in: it says what was in force at its
-- moment. Of several records of one moment the last counts, by path and line; what does not differ from what was before it
-- is no version. It is of the first record that says so without another in between, as far as those are known: what was said
-- and said over at one moment is not kept. Where there are stretches alone it is of the last one's file: of that alone it is sure.
INSERT INTO :"wanted" (
  :"key", valid_from, valid_to, is_current, stated_at, file_id, source_line, :"attributes"
)
WITH
  touched AS (
    SELECT DISTINCT known.:"key", known.:"id"
    FROM :"judged" AS judged
    JOIN :"dimension" AS known USING (:"id")
    WHERE judged.outcome IN ('loaded', 'corrected', 'superseded') OR judged.is_late
  ),

  touched_ids AS MATERIALIZED (SELECT range_agg(int8range(:"id", :"id", '[]')) AS ids, count(*) AS of_ids FROM touched),

  -- Unpacked or asked for as a set, as where devices are judged. The index compares a set with each stretch that it finds, from end
  -- to end; of more than some hundred ids it is quicker to have all between the first and the last (of 170,000 stretches, from between
  -- 400 and 900 ids on).
  said_of AS MATERIALIZED (
    SELECT file_id, path, first_line, stated_at, id
    FROM (
      SELECT
        noted.*,
        files.path,
        unnest(
          CASE
            WHEN
              pg_column_size(stated_ids) < 2 * (SELECT of_ids FROM touched_ids) + 64
              AND (SELECT sum(upper(ids) - lower(ids)) FROM unnest(stated_ids) AS ids) * 16 <= (SELECT of_ids FROM touched_ids)
              THEN stated_ids
            WHEN stated_ids && (SELECT ids FROM touched_ids) THEN stated_ids * (SELECT ids FROM touched_ids)
          END
        ) AS run_of_ids
      FROM operations.stated_stretches AS noted
      JOIN operations.source_files AS files USING (file_id)
      WHERE files.source = :source::operations.source
        AND noted.stated_ids && (
          SELECT CASE WHEN of_ids > 500 THEN int8multirange(range_merge(ids)) ELSE ids END FROM touched_ids
        )
    ) AS noted
    CROSS JOIN LATERAL generate_series(lower(run_of_ids), upper(run_of_ids) - 1) AS id
    WHERE (SELECT ids FROM touched_ids) @> id
  ),

  said_again AS (
    SELECT
      touched.:"key",
      said_of.stated_at,
      said_of.path,
      said_of.file_id,
      said_of.first_line AS source_line,
      in_force.*
    FROM said_of
    JOIN touched ON touched.:"id" = said_of.id
    CROSS JOIN LATERAL (
      SELECT :"attributes"
      FROM :"history" AS kept
      WHERE kept.:"key" = touched.:"key" AND kept.valid_from <= said_of.stated_at
      ORDER BY kept.valid_from DESC
      LIMIT 1
    ) AS in_force
  ),

  said AS (
    SELECT :"key", stated_at, path, file_id, source_line, true AS is_record, false AS is_read_now, :"attributes"
    FROM :"history" AS kept
    JOIN touched USING (:"key")
    JOIN operations.source_files AS files USING (file_id)
    WHERE source_line IS NOT NULL
    UNION ALL
    SELECT :"key", stated_at, path, file_id, source_line, false, false, :"attributes"
    FROM said_again
    UNION ALL
    SELECT touched.:"key", judged.said_at, files.path, judged.file_id, judged.source_line, true, true, :"attributes"
    FROM :"judged" AS judged
    JOIN touched USING (:"id")
    JOIN operations.source_files AS files ON files.file_id = judged.file_id
    WHERE judged.outcome <> 'unknown_store'
  ),

  placed AS (
    SELECT
      *,
      row_number() OVER by_place AS place,
      ROW(:"attributes") IS NOT DISTINCT FROM last_value(ROW(:"attributes")) OVER by_place AS is_last_said
    FROM said
    WINDOW by_place AS (
      PARTITION BY :"key", stated_at
      -- A line that had no end yet when it was read before is read again.
      ORDER BY path COLLATE "C", file_id, source_line, is_record, is_read_now
      ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
  ),

  lasting AS (
    SELECT *, coalesce(max(place) FILTER (WHERE NOT is_last_said) OVER (PARTITION BY :"key", stated_at), 0) AS before_last
    FROM placed
  ),

  moments AS (
    SELECT DISTINCT ON (:"key", stated_at) *
    FROM lasting
    WHERE place > before_last
    ORDER BY :"key", stated_at, is_record DESC, CASE WHEN is_record THEN place ELSE -place END
  ),

  compared AS (
    SELECT
      *,
      row_number() OVER by_time = 1 AS is_first,
      ROW(:"attributes") IS DISTINCT FROM lag(ROW(:"attributes")) OVER by_time AS differs
    FROM moments
    WINDOW by_time AS (PARTITION BY :"key" ORDER BY stated_at)
  )

SELECT
  :"key",
  CASE WHEN is_first THEN '-infinity' ELSE stated_at END,
  lead(stated_at) OVER by_time,
  lead(stated_at) OVER by_time IS NULL,
  stated_at,
  file_id,
  CASE WHEN is_record THEN source_line END,
  :"attributes"
FROM compared
WHERE is_first OR differs
WINDOW by_time AS (PARTITION BY :"key" ORDER BY stated_at);
