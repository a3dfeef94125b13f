-- Grain: one source: the sums of all that was ever read of it, and its watermark; null: none so far.
SELECT
  sources.source::text,
  coalesce(totals.loaded, 0)::double precision AS loaded,
  coalesce(totals.already_present, 0)::double precision AS already_present,
  coalesce(totals.corrected, 0)::double precision AS corrected,
  coalesce(totals.superseded, 0)::double precision AS superseded,
  coalesce(totals.rejected, 0)::double precision AS rejected,
  coalesce(totals.resolved, 0)::double precision AS resolved,
  coalesce(totals.bytes_read, 0)::double precision AS bytes_read,
  watermarks.watermark::double precision
FROM unnest(enum_range(NULL::operations.source)) AS sources (source)
LEFT JOIN operations.record_totals AS totals USING (source)
LEFT JOIN operations.watermarks USING (source)
ORDER BY sources.source;
