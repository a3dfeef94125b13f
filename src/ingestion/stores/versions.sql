-- Grain: one version of a store that the chunk says something new of, as the whole of what was said of it has it. A
-- record that only says again what was so then is known by the chunk that it is in: it says what was in force at its moment.
-- Of several records of one moment the last counts, by path and line; what does not differ from what was before it is no version.
INSERT INTO new_store_versions (
  store_key, valid_from, valid_to, is_current, stated_at, file_id, source_line, store_name, address, city, country, typology
)
WITH
  touched AS (
    SELECT DISTINCT known.store_key, known.store_id
    FROM judged_stores AS judged
    JOIN ingestion_layer.dim_stores AS known USING (store_id)
    WHERE judged.outcome IN ('loaded', 'corrected', 'superseded') OR judged.is_late
  ),

  versions AS (
    SELECT kept.*, files.path
    FROM ingestion_layer.dim_stores_history AS kept
    JOIN touched USING (store_key)
    JOIN operations.source_files AS files USING (file_id)
  ),

  said_again AS (
    SELECT
      touched.store_key, ranges.stated_at, files.path, ranges.file_id, ranges.last_line AS source_line, in_force.store_name, in_force.address, in_force.city, in_force.country, in_force.typology
    FROM touched
    JOIN operations.file_ranges AS ranges ON ranges.stated_ids @> touched.store_id
    JOIN operations.source_files AS files ON files.file_id = ranges.file_id AND files.source = 'stores'
    CROSS JOIN LATERAL (
      SELECT *
      FROM versions
      WHERE versions.store_key = touched.store_key AND versions.valid_from <= ranges.stated_at
      ORDER BY versions.valid_from DESC
      LIMIT 1
    ) AS in_force
  ),

  said AS (
    SELECT store_key, stated_at, path, file_id, source_line, store_name, address, city, country, typology
    FROM versions
    UNION ALL
    SELECT store_key, stated_at, path, file_id, source_line, store_name, address, city, country, typology
    FROM said_again
    UNION ALL
    SELECT
      touched.store_key,
      :stated_at::timestamptz,
      files.path,
      files.file_id,
      judged.source_line,
      judged.store_name,
      judged.address,
      judged.city,
      judged.country,
      judged.typology
    FROM judged_stores AS judged
    JOIN touched USING (store_id)
    JOIN operations.source_files AS files ON files.file_id = :file_id::integer
    WHERE judged.is_newest
  ),

  moments AS (
    SELECT DISTINCT ON (store_key, stated_at) *
    FROM said
    ORDER BY store_key, stated_at, path COLLATE "C" DESC, file_id DESC, source_line DESC
  ),

  compared AS (
    SELECT
      *,
      row_number() OVER by_time = 1 AS is_first,
      ROW(store_name, address, city, country, typology) IS DISTINCT FROM lag(ROW(store_name, address, city, country, typology)) OVER by_time AS differs
    FROM moments
    WINDOW by_time AS (PARTITION BY store_key ORDER BY stated_at)
  )

SELECT
  store_key,
  CASE WHEN is_first THEN '-infinity' ELSE stated_at END,
  lead(stated_at) OVER by_time,
  lead(stated_at) OVER by_time IS NULL,
  stated_at,
  file_id,
  source_line,
  store_name, address, city, country, typology
FROM compared
WHERE is_first OR differs
WINDOW by_time AS (PARTITION BY store_key ORDER BY stated_at);
