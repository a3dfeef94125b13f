-- How the columns of a file differ from those of the last file of its source, kept with the run; and which file that is. Of what
-- was loaded before this migration no types of columns are noted, so the first file after it is compared with none.

-- AlterTable
ALTER TABLE "operations"."run_files" ADD COLUMN     "compared_with" TEXT,
ADD COLUMN     "schema_changes" JSONB;

ALTER TABLE "operations"."run_files" ADD CONSTRAINT "run_files_changes_since_a_file" CHECK (num_nonnulls("compared_with", "schema_changes") <> 1);

-- AlterTable
ALTER TABLE "operations"."source_files" ADD COLUMN     "loaded_at" TIMESTAMPTZ(6);

-- CreateIndex
CREATE INDEX "source_files_source_loaded_at_file_id_idx" ON "operations"."source_files"("source", "loaded_at", "file_id");
