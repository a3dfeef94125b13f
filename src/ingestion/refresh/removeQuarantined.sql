-- Grain: one quarantined record, but for those that were closed last, of files that are loaded again as they were: they stay
-- until it is known what becomes of their lines.
DELETE FROM operations.quarantine AS quarantined
USING (
  SELECT quarantine_id, row_number() OVER (PARTITION BY file_id, source_line ORDER BY quarantine_id DESC) = 1 AS is_latest
  FROM operations.quarantine
) AS places
WHERE places.quarantine_id = quarantined.quarantine_id
  AND NOT (places.is_latest AND quarantined.state = 'obsolete' AND quarantined.file_id = ANY (:file_ids::integer[]));
