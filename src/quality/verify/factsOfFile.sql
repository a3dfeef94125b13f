-- Grain: one transactions file whose records that were loaded or corrected something, and those of quarantine that did so
-- since, those of backfills among them, are not as many as the facts and the former facts that are from it, or amount to more
-- or less. What they amount to was summed up as they were read, and is not told by the facts.
WITH
  facts AS (
    SELECT file_id, count(*) AS records, sum(amount) AS amount
    FROM (
      SELECT file_id, amount FROM ingestion_layer.fct_transactions
      UNION ALL
      SELECT file_id, amount FROM ingestion_layer.fct_transactions_history WHERE was_current
    ) AS versions
    GROUP BY file_id
  ),

  backfilled AS (
    SELECT
      file_id,
      sum(run_files.loaded + run_files.corrected) AS records,
      sum(run_files.applied_amount) AS amount
    FROM operations.run_files
    JOIN operations.runs USING (run_id)
    WHERE run_files.source = 'transactions'
      AND runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date']
      AND runs.status <> 'undone'
      -- What was done before the files were all loaded anew counts no more.
      AND run_id > coalesce(
        (SELECT max(run_id) FROM operations.runs WHERE parameters ? 'full_refresh' AND versions_before IS NULL), 0
      )
    GROUP BY file_id
  ),

  resolved AS (
    SELECT file_id, sum(records) AS records, sum(amount) AS amount
    FROM (
      SELECT file_id, 1 AS records, amount FROM operations.quarantine
      WHERE source = 'transactions' AND state = 'resolved'
      UNION ALL
      SELECT file_id, resolved, resolved_amount FROM operations.quarantine_dropped
    ) AS all_resolved
    GROUP BY file_id
  ),

  ledger AS (
    SELECT
      files.file_id,
      files.path,
      files.loaded + files.corrected + coalesce(backfilled.records, 0) + coalesce(resolved.records, 0) AS records,
      files.applied_amount + coalesce(backfilled.amount, 0) + coalesce(resolved.amount, 0) AS amount
    FROM operations.source_files AS files
    LEFT JOIN backfilled USING (file_id)
    LEFT JOIN resolved USING (file_id)
    WHERE files.source = 'transactions'
  )

SELECT
  ledger.path || ' (file ' || ledger.file_id || ')' AS subject,
  concat_ws(' ', coalesce(facts.records, 0), coalesce(facts.amount, 0.00)) AS expected,
  concat_ws(' ', ledger.records, ledger.amount) AS actual
FROM ledger
LEFT JOIN facts USING (file_id)
WHERE (coalesce(facts.records, 0), coalesce(facts.amount, 0.00)) <> (ledger.records, ledger.amount)
ORDER BY ledger.file_id
LIMIT :limit::integer;
