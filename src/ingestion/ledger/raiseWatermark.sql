-- Grain: the source. A watermark only rises.
INSERT INTO operations.watermarks (source, watermark, run_id, updated_at)
VALUES (:source::operations.source, :watermark, :run_id, :now)
ON CONFLICT (source) DO UPDATE SET
  watermark = greatest(watermarks.watermark, excluded.watermark),
  run_id = excluded.run_id,
  updated_at = excluded.updated_at
WHERE watermarks.watermark < excluded.watermark;
