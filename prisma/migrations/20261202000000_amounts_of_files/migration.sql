-- What the transactions of a file amount to, beside how many they are, wherever the ledger counts those that were loaded or
-- corrected: so that amounts can be compared with the facts, too.

-- What was loaded before this migration was summed up by nobody. Its amounts are set from the facts as they are now, so for
-- those files the ledger agrees with the facts by this alone; what is loaded from here on is summed up as it is read.

-- The facts are read once, before any table is altered: whoever reads meanwhile waits for the last part alone, which takes as long
-- as the ledger is large. Whoever loads waits from here on.
LOCK TABLE "operations"."runs", "operations"."run_files", "operations"."source_files", "operations"."file_ranges"
IN SHARE ROW EXCLUSIVE MODE;

-- So that they are summed up without being sorted.
SET LOCAL work_mem = '64MB';

-- The versions that count or once did, by run and file, and by which of the file's ranges, in the order of their lines, is the
-- last to begin at or before their line: `place`, from 1; 0 of none. Each that quarantine knows is by itself.
CREATE TEMPORARY TABLE "read" AS
WITH
  begun AS (
    SELECT file_id, array_agg(first_line ORDER BY first_line, start_byte) AS first_lines
    FROM "operations"."file_ranges"
    GROUP BY file_id
  ),

  resolved AS (
    SELECT quarantine_id, file_id, source_line, resolved_run_id AS run_id
    FROM "operations"."quarantine"
    WHERE source = 'transactions' AND state = 'resolved'
  )

SELECT
  file_id,
  run_id,
  width_bucket(versions.source_line, begun.first_lines) AS place,
  resolved.quarantine_id,
  sum(versions.amount) AS amount
FROM (
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions"
  UNION ALL
  SELECT file_id, source_line, run_id, amount FROM "ingestion_layer"."fct_transactions_history" WHERE was_current
) AS versions
LEFT JOIN begun USING (file_id)
LEFT JOIN resolved USING (file_id, source_line, run_id)
GROUP BY file_id, run_id, place, resolved.quarantine_id;

ANALYZE "read";

-- Of records that were read again and resolved, quarantine did not keep the amount.
UPDATE "operations"."quarantine" AS resolved
SET "amount" = read.amount
FROM read
WHERE resolved.quarantine_id = read.quarantine_id AND resolved.amount IS NULL;

CREATE TEMPORARY TABLE "places" AS
SELECT
  file_id,
  start_byte,
  run_id,
  row_number() OVER (PARTITION BY file_id ORDER BY first_line, start_byte) AS place
FROM "operations"."file_ranges";

CREATE INDEX "places_file_id_place_idx" ON "places" ("file_id", "place");
ANALYZE "places";

-- But for those that quarantine knows: what each run brought, by the range that their lines lie in, or followed without a line
-- end when the run read them. A run that read nothing new of a file had it from quarantine, where it has been dropped.
CREATE TEMPORARY TABLE "brought" AS
SELECT
  read.file_id,
  read.run_id,
  ranges.start_byte,
  coalesce(run_files.loaded + run_files.corrected > 0, false) AS is_read,
  runs.parameters ?| ARRAY['from_id', 'to_id', 'from_date', 'to_date'] AS is_backfilled,
  sum(read.amount) AS amount
FROM read
JOIN "operations"."runs" AS runs USING (run_id)
LEFT JOIN "operations"."run_files" AS run_files USING (run_id, file_id)
LEFT JOIN LATERAL (
  SELECT start_byte
  FROM places
  WHERE places.file_id = read.file_id AND places.place <= read.place AND places.run_id <= read.run_id
  ORDER BY places.place DESC
  LIMIT 1
) AS ranges ON true
WHERE read.quarantine_id IS NULL
GROUP BY read.file_id, read.run_id, ranges.start_byte, is_read, is_backfilled;

ANALYZE "brought";

-- What a backfill brought is counted with its run alone. Of the others: what a file, or a range of it, amounted to after each run
-- that brought something. A whole file has no first byte here, which is said by -1.
CREATE TEMPORARY TABLE "amounts" AS
SELECT
  file_id,
  start_byte,
  run_id,
  sum(amount) OVER (PARTITION BY file_id, start_byte ORDER BY run_id) AS amount
FROM (
  SELECT file_id, start_byte, run_id, sum(amount) AS amount
  FROM brought
  WHERE is_read AND NOT is_backfilled AND start_byte IS NOT NULL
  GROUP BY file_id, start_byte, run_id
  UNION ALL
  SELECT file_id, -1, run_id, sum(amount)
  FROM brought
  WHERE is_read AND NOT is_backfilled
  GROUP BY file_id, run_id
) AS sums;

CREATE UNIQUE INDEX "amounts_file_id_start_byte_run_id_idx" ON "amounts" ("file_id", "start_byte", "run_id");
ANALYZE "amounts";

-- A run that is taken back leaves what the runs before it brought.
UPDATE "operations"."run_changes" AS changes
SET "before" = changes.before || jsonb_build_object(
  'applied_amount',
  coalesce(
    (
      SELECT amounts.amount
      FROM amounts
      WHERE amounts.file_id = (changes.row_key ->> 'file_id')::integer
        AND amounts.start_byte = coalesce((changes.row_key ->> 'start_byte')::bigint, -1)
        AND amounts.run_id < changes.run_id
      ORDER BY amounts.run_id DESC
      LIMIT 1
    ),
    0.00
  )
)
WHERE changes.table_name IN ('source_files', 'file_ranges') AND jsonb_typeof(changes.before) = 'object';

-- From here on whoever reads the ledger waits.

-- AlterTable
ALTER TABLE "operations"."file_ranges" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

UPDATE "operations"."file_ranges" AS kept
SET "applied_amount" = latest.amount
FROM (SELECT DISTINCT ON (file_id, start_byte) * FROM amounts ORDER BY file_id, start_byte, run_id DESC) AS latest
WHERE (kept.file_id, kept.start_byte) = (latest.file_id, latest.start_byte);

-- AlterTable
ALTER TABLE "operations"."run_files" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

UPDATE "operations"."run_files" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT run_id, file_id, sum(amount) AS amount FROM brought WHERE is_read GROUP BY run_id, file_id) AS sums
WHERE (kept.run_id, kept.file_id) = (sums.run_id, sums.file_id);

-- AlterTable
ALTER TABLE "operations"."source_files" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

UPDATE "operations"."source_files" AS kept
SET "applied_amount" = latest.amount
FROM (SELECT DISTINCT ON (file_id) * FROM amounts WHERE start_byte = -1 ORDER BY file_id, run_id DESC) AS latest
WHERE kept.file_id = latest.file_id;

-- AlterTable
ALTER TABLE "operations"."runs" ADD COLUMN     "applied_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

UPDATE "operations"."runs" AS kept
SET "applied_amount" = sums.amount
FROM (SELECT run_id, sum(amount) AS amount FROM brought WHERE is_read GROUP BY run_id) AS sums
WHERE kept.run_id = sums.run_id;

-- AlterTable
ALTER TABLE "operations"."quarantine_dropped" ADD COLUMN     "resolved_amount" DECIMAL(24,2) NOT NULL DEFAULT 0;

UPDATE "operations"."quarantine_dropped" AS kept
SET "resolved_amount" = sums.amount
FROM (SELECT file_id, sum(amount) AS amount FROM brought WHERE NOT is_read GROUP BY file_id) AS sums
WHERE kept.file_id = sums.file_id;

DROP TABLE "read", "places", "brought", "amounts";
