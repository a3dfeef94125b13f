-- Grain: one source: the sums of all that was ever read of it, its watermark, and when something new of it was last loaded by a run
-- that stands (a refresh loads nothing new; a run counts from its last sign of life). Null: not so far.
SELECT
  sources.source::text,
  coalesce(totals.loaded, 0)::double precision AS loaded,
  coalesce(totals.already_present, 0)::double precision AS already_present,
  coalesce(totals.corrected, 0)::double precision AS corrected,
  coalesce(totals.superseded, 0)::double precision AS superseded,
  coalesce(totals.rejected, 0)::double precision AS rejected,
  coalesce(totals.resolved, 0)::double precision AS resolved,
  coalesce(totals.bytes_read, 0)::double precision AS bytes_read,
  watermarks.watermark::double precision,
  extract(epoch FROM newest.loaded_at)::double precision AS newest_load_at
FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
LEFT JOIN operations.record_totals AS totals USING (source)
LEFT JOIN operations.watermarks USING (source)
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
