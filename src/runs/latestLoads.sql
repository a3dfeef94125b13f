-- Grain: one file that the latest run brought records of, of the runs that stand and load what is new of a source; in the order in
-- which they were loaded. With the records of runs just before it that did not succeed: it completed what those had begun.
WITH
  loads AS (
    SELECT run_files.run_id, run_files.file_id, run_files.records_read, runs.status
    FROM operations.run_files
    JOIN operations.runs USING (run_id)
    WHERE runs.status <> 'undone'
      AND NOT (runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date', 'full_refresh'])
      AND run_files.source = :source::operations.source
      AND run_files.records_read > 0
  ),

  latest AS (SELECT run_id, file_id FROM loads WHERE run_id = (SELECT max(run_id) FROM loads)),

  completed AS (
    SELECT loads.file_id, max(loads.run_id) AS run_id
    FROM loads
    JOIN latest USING (file_id)
    WHERE loads.run_id < latest.run_id AND loads.status = 'succeeded'
    GROUP BY loads.file_id
  )

SELECT latest.run_id, files.path, sum(loads.records_read) AS records_read
FROM latest
JOIN operations.source_files AS files USING (file_id)
JOIN loads USING (file_id)
LEFT JOIN completed USING (file_id)
WHERE loads.run_id > coalesce(completed.run_id, 0)
  -- What was broken off is not all of what the file brings.
  AND files.status IN ('loaded', 'replaced')
GROUP BY latest.run_id, latest.file_id, files.path
ORDER BY latest.file_id;
