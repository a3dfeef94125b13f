-- Sums of all runs there ever were, kept as runs end and chunks commit: asked for every few seconds, and never smaller, whatever
-- is dropped for being old.

-- DropIndex
DROP INDEX "operations"."quarantine_source_state_idx";

-- AlterTable
ALTER TABLE "operations"."job_schedules" ADD COLUMN     "missed_times" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "operations"."run_totals" (
    "job" TEXT NOT NULL,
    "status" "operations"."run_status" NOT NULL,
    "within_seconds" DOUBLE PRECISION NOT NULL,
    "runs" BIGINT NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "last_ended_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "run_totals_pkey" PRIMARY KEY ("job","status","within_seconds")
);

-- CreateTable
CREATE TABLE "operations"."record_totals" (
    "source" "operations"."source" NOT NULL,
    "loaded" BIGINT NOT NULL,
    "already_present" BIGINT NOT NULL,
    "corrected" BIGINT NOT NULL,
    "superseded" BIGINT NOT NULL,
    "rejected" BIGINT NOT NULL,
    "resolved" BIGINT NOT NULL,
    "bytes_read" BIGINT NOT NULL,

    CONSTRAINT "record_totals_pkey" PRIMARY KEY ("source")
);

-- CreateIndex
CREATE INDEX "quarantine_source_state_reason_idx" ON "operations"."quarantine"("source", "state", "reason");

-- CreateIndex
CREATE INDEX "quarantine_source_state_reason_quarantine_id_idx" ON "operations"."quarantine"("source", "state", "reason", "quarantine_id");

-- Raw SQL: rules that Prisma cannot say.
ALTER TABLE operations.run_totals ADD CONSTRAINT run_totals_of_ended_runs CHECK (status NOT IN ('running', 'undone'));

-- Looked for at any time, beside years of those that have ended.
CREATE INDEX runs_at_work ON operations.runs (job) WHERE status = 'running';

-- What there has been so far. Of a run that was taken back its error says how it had ended. One that was killed took
-- until its last sign of life: its end is when somebody found it.
INSERT INTO operations.run_totals (job, status, within_seconds, runs, seconds, last_ended_at)
SELECT job, status, within_seconds, count(*), sum(seconds), max(finished_at)
FROM (
  SELECT
    job,
    finished_at,
    seconds,
    CASE
      WHEN status <> 'undone' THEN status
      WHEN error_code IS NULL THEN 'succeeded'::operations.run_status
      WHEN error_code = 'run_stopped' THEN 'stopped'::operations.run_status
      WHEN error_code = 'run_killed' THEN 'killed'::operations.run_status
      ELSE 'failed'::operations.run_status
    END AS status,
    (
      SELECT min(bound)
      FROM unnest(ARRAY[0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 'Infinity']::double precision[]) AS bounds (bound)
      WHERE bound >= seconds
    ) AS within_seconds
  FROM (
    SELECT
      *,
      greatest(
        extract(
          epoch FROM CASE WHEN status = 'killed' OR error_code = 'run_killed' THEN heartbeat_at ELSE finished_at END - started_at
        )::double precision,
        0
      ) AS seconds
    FROM operations.runs
    WHERE finished_at IS NOT NULL
  ) AS measured
) AS ended
GROUP BY job, status, within_seconds;

-- Which source a record was of that waited, no run has kept: of what is left in quarantine it is known.
INSERT INTO operations.record_totals (
  source, loaded, already_present, corrected, superseded, rejected, bytes_read, resolved
)
SELECT
  source,
  sum(loaded),
  sum(already_present),
  sum(corrected),
  sum(superseded),
  sum(rejected),
  sum(bytes_read),
  (
    SELECT count(*)
    FROM operations.quarantine
    WHERE quarantine.source = run_files.source AND quarantine.state = 'resolved'
  ) + (
    SELECT coalesce(sum(dropped.resolved), 0)
    FROM operations.quarantine_dropped AS dropped
    JOIN operations.source_files USING (file_id)
    WHERE source_files.source = run_files.source
  )
FROM operations.run_files
GROUP BY source;

UPDATE operations.job_schedules
SET missed_times = (
  SELECT coalesce(sum(times), 0)
  FROM operations.job_slots_passed AS passed
  WHERE passed.job = job_schedules.job AND passed.reason = 'missed'
);
