-- Grain: one device that a newer record says again what is kept of it: that record is what its values come from now, so
-- that one in between, which may still wait for its store, is not taken for the newer one. Statements follow each other
-- by run, path and line, as they are read.
WITH
  confirmed AS (
    SELECT DISTINCT ON (judged.device_id)
      judged.device_id, judged.digest, judged.stated_run_id, judged.file_id, files.path,
      judged.source_line
    FROM judged_devices AS judged
    JOIN operations.source_files AS files USING (file_id)
    JOIN ingestion_layer.dim_devices AS devices USING (device_id, digest)
    WHERE judged.outcome = 'already_present'
    ORDER BY judged.device_id, judged.stated_run_id DESC, files.path COLLATE "C" DESC, judged.source_line DESC
  )

UPDATE ingestion_layer.dim_devices AS devices
SET stated_run_id = confirmed.stated_run_id, file_id = confirmed.file_id, source_line = confirmed.source_line
FROM confirmed, operations.source_files AS files
WHERE devices.device_id = confirmed.device_id
  AND files.file_id = devices.file_id
  AND (devices.stated_run_id, files.path COLLATE "C", devices.source_line)
    < (confirmed.stated_run_id, confirmed.path COLLATE "C", confirmed.source_line);
