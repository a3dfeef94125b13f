-- Due times that outlive whoever was to run for them.

-- CreateEnum
CREATE TYPE "operations"."slot_state" AS ENUM ('due', 'done', 'failed', 'passed');

-- AlterTable
ALTER TABLE "operations"."runs" ADD COLUMN     "due_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "operations"."job_schedules" (
    "job" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "accounted_through" TIMESTAMPTZ(3) NOT NULL,
    "paused_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "job_schedules_pkey" PRIMARY KEY ("job")
);

-- CreateTable
CREATE TABLE "operations"."job_slots" (
    "job" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "state" "operations"."slot_state" NOT NULL DEFAULT 'due',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "decided_at" TIMESTAMPTZ(6),

    CONSTRAINT "job_slots_pkey" PRIMARY KEY ("job","due_at")
);

-- CreateTable
CREATE TABLE "operations"."job_slots_passed" (
    "passed_id" BIGSERIAL NOT NULL,
    "job" TEXT NOT NULL,
    "first_due_at" TIMESTAMPTZ(3) NOT NULL,
    "last_due_at" TIMESTAMPTZ(3) NOT NULL,
    "times" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "noted_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "job_slots_passed_pkey" PRIMARY KEY ("passed_id")
);

-- CreateIndex
CREATE INDEX "job_slots_passed_job_last_due_at_idx" ON "operations"."job_slots_passed"("job", "last_due_at");

-- AddForeignKey
ALTER TABLE "operations"."job_slots" ADD CONSTRAINT "job_slots_job_fkey" FOREIGN KEY ("job") REFERENCES "operations"."job_schedules"("job") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."job_slots_passed" ADD CONSTRAINT "job_slots_passed_job_fkey" FOREIGN KEY ("job") REFERENCES "operations"."job_schedules"("job") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "operations"."job_slots" ADD CONSTRAINT "job_slots_attempts_not_negative" CHECK ("attempts" >= 0);
ALTER TABLE "operations"."job_slots" ADD CONSTRAINT "job_slots_decided_when_not_due" CHECK (("state" = 'due') = ("decided_at" IS NULL));
ALTER TABLE "operations"."job_slots_passed" ADD CONSTRAINT "job_slots_passed_is_a_stretch" CHECK ("times" > 0 AND "first_due_at" <= "last_due_at");
ALTER TABLE "operations"."job_slots_passed" ADD CONSTRAINT "job_slots_passed_reason_known" CHECK ("reason" IN ('missed', 'paused'));

-- Looked for every few seconds, beside years of those that are done.
CREATE INDEX "job_slots_due" ON "operations"."job_slots" ("job", "due_at") WHERE "state" = 'due';
