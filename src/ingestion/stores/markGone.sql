-- Grain: one store that is not in a snapshot of the stores, was missed in one before, or may have been missed in one that is
-- later than the file and came before it: it is gone since the first snapshot later than all that was said of it. Snapshots
-- are the stores files with a date in their name, loaded to their end. A store whose line in it was rejected is not gone.
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
          JOIN operations.source_files AS files ON files.file_id = stretches.file_id AND files.source = 'stores'
          WHERE stretches.stated_ids @> candidates.store_id
        )
        AND NOT EXISTS (
          SELECT
          FROM operations.quarantine AS rejected
          WHERE rejected.file_id = snapshots.file_id AND rejected.natural_key = candidates.store_id
        )
    ) AS gone_at
  FROM ingestion_layer.dim_stores AS candidates
  WHERE candidates.gone_at IS NOT NULL
    OR NOT EXISTS (
      SELECT
      FROM operations.stated_stretches AS stretches
      WHERE stretches.file_id = :file_id AND stretches.stated_ids @> candidates.store_id
    )
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
WHERE found.store_key = stores.store_key AND found.gone_at IS DISTINCT FROM stores.gone_at;
