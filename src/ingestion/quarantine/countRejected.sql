-- Grain: the file; its rejected records up to its checkpoint, those left out that only wait.
SELECT count(*) AS records
FROM operations.quarantine
WHERE file_id = :file_id
  AND source_line <= :committed_lines::bigint
  AND state <> 'obsolete'
  AND reason <> ALL (:waiting_reasons::text[]);
