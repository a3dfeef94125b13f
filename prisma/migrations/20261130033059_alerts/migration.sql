-- What is found wrong is kept, from when until when, so that each is told once, whoever finds it.

-- CreateTable
CREATE TABLE "operations"."alerts" (
    "alert_id" BIGSERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "details" JSONB NOT NULL,
    "raised_at" TIMESTAMPTZ(6) NOT NULL,
    "resolved_at" TIMESTAMPTZ(6),
    "is_event" BOOLEAN NOT NULL,
    "raised_sent_at" TIMESTAMPTZ(6),
    "resolved_sent_at" TIMESTAMPTZ(6),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(6),
    "problem" TEXT,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("alert_id")
);

-- CreateIndex
CREATE INDEX "alerts_key_alert_id_idx" ON "operations"."alerts"("key", "alert_id");

-- AlterTable
ALTER TABLE "operations"."job_slots" ADD COLUMN     "noted_at" TIMESTAMPTZ(6);

-- Raw SQL: rules that Prisma cannot say.
CREATE UNIQUE INDEX alerts_one_of_a_thing ON operations.alerts (key) WHERE resolved_at IS NULL OR is_event;
ALTER TABLE operations.alerts ADD CONSTRAINT alerts_severity_known CHECK (severity IN ('error', 'warning'));
ALTER TABLE operations.alerts ADD CONSTRAINT alerts_event_is_over CHECK (NOT is_event OR resolved_at IS NOT NULL);
ALTER TABLE operations.job_slots_passed DROP CONSTRAINT job_slots_passed_reason_known;
ALTER TABLE operations.job_slots_passed ADD CONSTRAINT job_slots_passed_reason_known CHECK (reason IN ('missed', 'busy', 'paused'));
