-- What the transactions of a file amount to, beside how many they are, wherever the ledger counts those that were loaded or
-- corrected: so that amounts can be compared with the facts, too.

-- AlterTable
ALTER TABLE "operations"."file_ranges" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operations"."quarantine_dropped" ADD COLUMN     "resolved_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operations"."run_files" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operations"."runs" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "operations"."source_files" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

-- What was loaded before this migration was summed up by nobody. Its amounts are set from the facts as they are now, so for
-- those files the ledger agrees with the facts by this alone; what is loaded from here on is summed up as it is read.

-- Of records that were read again and resolved, quarantine did not keep the amount.
UPDATE "operations"."quarantine" AS resolved
SET "amount" = versions.amount
FROM (
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions"
  UNION ALL
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions_history" WHERE was_current
) AS versions
WHERE resolved.source = 'transactions'
  AND resolved.state = 'resolved'
  AND resolved.amount IS NULL
  AND versions.file_id = resolved.file_id
  AND versions.source_line = resolved.source_line
  AND versions.run_id = resolved.resolved_run_id;

-- The versions that count or once did, but for those that quarantine knows: what each run brought, by the range that their lines
-- lie in, or followed without a line end when the run read them. A run that read nothing new of a file had it from quarantine,
-- where it has been dropped.
CREATE TEMPORARY TABLE "brought" AS
SELECT
  versions.file_id,
  versions.run_id,
  ranges.start_byte,
  coalesce(run_files.loaded + run_files.corrected > 0, false) AS is_read,
  runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date'] AS is_backfilled,
  sum(versions.amount) AS amount
FROM (
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions"
  UNION ALL
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions_history" WHERE was_current
) AS versions
JOIN "operations"."runs" AS runs USING (run_id)
LEFT JOIN "operations"."run_files" AS run_files USING (run_id, file_id)
LEFT JOIN LATERAL (
  SELECT start_byte
  FROM "operations"."file_ranges" AS ranges
  WHERE ranges.file_id = versions.file_id
    AND ranges.first_line <= versions.source_line
    AND ranges.run_id <= versions.run_id
  ORDER BY ranges.first_line DESC
  LIMIT 1
) AS ranges ON true
WHERE NOT EXISTS (
  SELECT
  FROM "operations"."quarantine" AS resolved
  WHERE resolved.source = 'transactions'
    AND resolved.state = 'resolved'
    AND resolved.file_id = versions.file_id
    AND resolved.source_line = versions.source_line
    AND resolved.resolved_run_id = versions.run_id
)
GROUP BY versions.file_id, versions.run_id, ranges.start_byte, is_read, is_backfilled;

UPDATE "operations"."quarantine_dropped" AS kept
SET "resolved_amount" = sums.amount
FROM (SELECT file_id, sum(amount) AS amount FROM brought WHERE NOT is_read GROUP BY file_id) AS sums
WHERE kept.file_id = sums.file_id;

UPDATE "operations"."run_files" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT run_id, file_id, sum(amount) AS amount FROM brought WHERE is_read GROUP BY run_id, file_id) AS sums
WHERE (kept.run_id, kept.file_id) = (sums.run_id, sums.file_id);

UPDATE "operations"."runs" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT run_id, sum(amount) AS amount FROM brought WHERE is_read GROUP BY run_id) AS sums
WHERE kept.run_id = sums.run_id;

-- What a backfill brought is counted with its run alone.
DELETE FROM brought WHERE is_backfilled OR NOT is_read;

UPDATE "operations"."file_ranges" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT file_id, start_byte, sum(amount) AS amount FROM brought GROUP BY file_id, start_byte) AS sums
WHERE (kept.file_id, kept.start_byte) = (sums.file_id, sums.start_byte);

UPDATE "operations"."source_files" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT file_id, sum(amount) AS amount FROM brought GROUP BY file_id) AS sums
WHERE kept.file_id = sums.file_id;

-- A run that is taken back leaves what the runs before it brought.
UPDATE "operations"."run_changes" AS changes
SET "before" = changes.before || jsonb_build_object(
  'applied_amount',
  (
    SELECT coalesce(sum(brought.amount), 0.00)
    FROM brought
    WHERE brought.run_id < changes.run_id
      AND brought.file_id = (changes.row_key ->> 'file_id')::integer
      AND (changes.table_name = 'source_files' OR brought.start_byte = (changes.row_key ->> 'start_byte')::bigint)
  )
)
WHERE changes.table_name IN ('source_files', 'file_ranges') AND jsonb_typeof(changes.before) = 'object';

DROP TABLE "brought";
