-- Grain: one transactions file whose loaded records, and those of quarantine that loaded since, are not as many as its
-- facts. Records that corrected a fact brought none.
WITH
  facts AS (
    SELECT file_id, count(*) AS facts
    FROM ingestion_layer.fct_transactions
    GROUP BY file_id
  ),

  resolved AS (
    SELECT file_id, count(*) AS resolved
    FROM operations.quarantine
    WHERE source = 'transactions' AND state = 'resolved' AND resolved_outcome = 'loaded'
    GROUP BY file_id
  )

SELECT
  files.path || ' (file ' || files.file_id || ')' AS subject,
  coalesce(facts.facts, 0)::text AS expected,
  (files.loaded + coalesce(resolved.resolved, 0))::text AS actual
FROM operations.source_files AS files
LEFT JOIN facts USING (file_id)
LEFT JOIN resolved USING (file_id)
WHERE files.source = 'transactions' AND coalesce(facts.facts, 0) <> files.loaded + coalesce(resolved.resolved, 0)
ORDER BY files.file_id
LIMIT :limit::integer;
