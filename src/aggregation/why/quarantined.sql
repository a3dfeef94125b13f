-- Grain: one record of the transaction that was rejected, or had to wait; the latest first.
SELECT
  quarantine.reason,
  quarantine.column_name AS "column",
  quarantine.state::text AS state,
  files.path,
  quarantine.source_line,
  quarantine.run_id,
  quarantine.resolved_run_id
FROM operations.quarantine AS quarantine
JOIN operations.source_files AS files USING (file_id)
WHERE quarantine.source = 'transactions' AND quarantine.natural_key = :transaction_id::bigint
ORDER BY quarantine.quarantine_id DESC;
