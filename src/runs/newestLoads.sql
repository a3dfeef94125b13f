-- Grain: one source: when something new of it was last loaded by a run that stands (a refresh loads nothing new); null: never.
SELECT sources.source::text, newest.loaded_at
FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
LEFT JOIN LATERAL (
  -- From the newest on, until one is found. Its run is looked up by itself (OFFSET 0): joined, all runs since would be read.
  SELECT standing.loaded_at
  FROM operations.run_files
  CROSS JOIN LATERAL (
    SELECT coalesce(runs.finished_at, runs.heartbeat_at) AS loaded_at
    FROM operations.runs
    WHERE runs.run_id = run_files.run_id AND runs.status <> 'undone' AND NOT runs.parameters ? 'full_refresh'
    OFFSET 0
  ) AS standing
  WHERE run_files.source = sources.source AND run_files.loaded + run_files.corrected > 0
  ORDER BY run_files.run_id DESC
  LIMIT 1
) AS newest ON true
ORDER BY sources.source;
