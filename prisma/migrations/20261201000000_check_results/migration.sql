-- What came of the checks that are declared beside the models.

-- CreateEnum
CREATE TYPE "operations"."check_severity" AS ENUM ('warn', 'error');

-- CreateEnum
CREATE TYPE "operations"."check_status" AS ENUM ('passed', 'warned', 'failed');

-- CreateTable
CREATE TABLE "operations"."check_results" (
    "run_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "column_name" TEXT,
    "kind" TEXT NOT NULL,
    "severity" "operations"."check_severity" NOT NULL,
    "status" "operations"."check_status" NOT NULL,
    "failures" BIGINT NOT NULL,
    "observed" TEXT NOT NULL,
    "expected" TEXT NOT NULL,
    "checked_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "check_results_pkey" PRIMARY KEY ("run_id","name")
);

-- CreateIndex
CREATE INDEX "check_results_name_run_id_idx" ON "operations"."check_results"("name", "run_id");

-- AddForeignKey
ALTER TABLE "operations"."check_results" ADD CONSTRAINT "check_results_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "operations"."check_results" ADD CONSTRAINT "check_results_failures_not_negative" CHECK ("failures" >= 0);
ALTER TABLE "operations"."check_results" ADD CONSTRAINT "check_results_status_says_failures" CHECK (("status" = 'passed') = ("failures" = 0));
ALTER TABLE "operations"."check_results" ADD CONSTRAINT "check_results_fails_by_severity" CHECK ("status" <> 'failed' OR "severity" = 'error');
