-- Grain: one store that is not in a snapshot of the stores, was missed in one before, or may have been missed in one that is
-- later than the file and came before it: it is gone since the first snapshot later than all that was said of it. Snapshots
-- are the stores files with a date in their name, loaded to their end. A store whose line in it was rejected is not gone.
-- Without a snapshot there is nothing to look for. The ids that the file says are put together once, and a stretch is looked up by its
-- ids alone: a file has as many stretches as it has lines that were rejected.
WITH
  stated AS MATERIALIZED (
    SELECT coalesce(range_agg(stated_ids), '{}'::int8multirange) AS ids
    FROM operations.stated_stretches
    WHERE file_id = :file_id
  ),

  missed AS MATERIALIZED (
    SELECT file_id, range_agg(int8range(natural_key, natural_key, '[]')) AS ids
    FROM operations.quarantine
    WHERE source = 'stores' AND natural_key IS NOT NULL
    GROUP BY file_id
  )

UPDATE ingestion_layer.dim_stores AS stores
SET gone_at = found.gone_at
FROM (
  SELECT
    candidates.store_key,
    (
      SELECT min(snapshots.snapshot_at)
      FROM operations.source_files AS snapshots
      WHERE snapshots.source = 'stores'
        AND snapshots.status = 'loaded'
        AND snapshots.snapshot_at > (
          SELECT max(stretches.stated_at)
          FROM operations.stated_stretches AS stretches
          WHERE stretches.stated_ids @> candidates.store_id
            AND (SELECT files.source FROM operations.source_files AS files WHERE files.file_id = stretches.file_id) = 'stores'
        )
        AND NOT EXISTS (
          SELECT
          FROM missed
          WHERE missed.file_id = snapshots.file_id AND missed.ids @> candidates.store_id
        )
    ) AS gone_at
  FROM ingestion_layer.dim_stores AS candidates
  WHERE candidates.gone_at IS NOT NULL
    OR NOT (SELECT ids FROM stated) @> candidates.store_id
    OR EXISTS (
      SELECT
      FROM operations.source_files AS later
      WHERE later.source = 'stores'
        AND later.status = 'loaded'
        AND later.snapshot_at > (
          SELECT min(stretches.stated_at) FROM operations.stated_stretches AS stretches WHERE stretches.file_id = :file_id
        )
    )
) AS found
WHERE found.store_key = stores.store_key
  AND found.gone_at IS DISTINCT FROM stores.gone_at
  AND EXISTS (SELECT FROM operations.source_files WHERE source = 'stores' AND snapshot_at IS NOT NULL);
