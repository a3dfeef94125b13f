-- What a load brought is compared with the loads of its source before it: a file's source never changes, so it is kept
-- with each of them, and the latest of a source are found by an index.
ALTER TABLE "operations"."run_files" ADD COLUMN "source" "operations"."source";

UPDATE "operations"."run_files"
SET "source" = "source_files"."source"
FROM "operations"."source_files"
WHERE "source_files"."file_id" = "run_files"."file_id";

ALTER TABLE "operations"."run_files" ALTER COLUMN "source" SET NOT NULL;

CREATE INDEX "run_files_source_run_id_idx" ON "operations"."run_files"("source", "run_id");
