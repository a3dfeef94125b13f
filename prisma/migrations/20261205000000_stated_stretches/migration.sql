-- What a file says again was known by chunks: of a record in the middle of one that could only be taken later, nobody knew
-- whether what the chunk said again of its id came before it or after. It is known from a line on now, and of an id that a
-- chunk has several records of from the line of each.

-- CreateTable
CREATE TABLE "operations"."stated_stretches" (
    "file_id" INTEGER NOT NULL,
    "first_line" BIGINT NOT NULL,
    "stated_at" TIMESTAMPTZ(6) NOT NULL,
    "stated_ids" int8multirange NOT NULL,

    CONSTRAINT "stated_stretches_pkey" PRIMARY KEY ("file_id","first_line","stated_at")
);

-- Of chunks from before only their first line is known.
INSERT INTO "operations"."stated_stretches" (file_id, first_line, stated_at, stated_ids)
SELECT file_id, first_line, stated_at, stated_ids
FROM "operations"."file_ranges"
WHERE NOT isempty(stated_ids);

-- CreateIndex
CREATE INDEX "stated_stretches_stated_at_idx" ON "operations"."stated_stretches"("stated_at");

-- By what is said of an id.
CREATE INDEX "stated_stretches_stated_ids_idx" ON "operations"."stated_stretches" USING GIST ("stated_ids");

ALTER TABLE "operations"."stated_stretches" ADD CONSTRAINT "stated_stretches_say_something"
  CHECK (first_line >= 1 AND NOT isempty(stated_ids));

-- Runs that can be taken back take with them what they said.
INSERT INTO "operations"."run_changes" (run_id, table_name, row_key, before)
SELECT
  noted.run_id,
  'stated_stretches',
  jsonb_build_object('file_id', ranges.file_id, 'first_line', ranges.first_line, 'stated_at', ranges.stated_at),
  CASE
    WHEN NOT isempty((noted.before ->> 'stated_ids')::int8multirange)
      THEN jsonb_build_object(
          'file_id', ranges.file_id, 'first_line', ranges.first_line,
          'stated_at', ranges.stated_at, 'stated_ids', noted.before -> 'stated_ids'
        )
  END
FROM "operations"."run_changes" AS noted
JOIN "operations"."file_ranges" AS ranges
  ON noted.row_key = jsonb_build_object('file_id', ranges.file_id, 'start_byte', ranges.start_byte)
WHERE noted.table_name = 'file_ranges'
  AND NOT isempty(ranges.stated_ids);

-- AddForeignKey
ALTER TABLE "operations"."stated_stretches" ADD CONSTRAINT "stated_stretches_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- DropIndex
DROP INDEX "operations"."file_ranges_that_say_again";

-- AlterTable
ALTER TABLE "operations"."file_ranges" DROP COLUMN "stated_ids";

-- Of a version that comes to light late it may only be known which file says so.
-- AlterTable
ALTER TABLE "ingestion_layer"."dim_stores_history" ALTER COLUMN "source_line" DROP NOT NULL;

-- AlterTable
ALTER TABLE "ingestion_layer"."dim_devices_history" ALTER COLUMN "source_line" DROP NOT NULL;

CREATE TRIGGER "stated_stretches_note_inserted" AFTER INSERT ON "operations"."stated_stretches" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id first_line stated_at');
ALTER TABLE "operations"."stated_stretches" ENABLE ALWAYS TRIGGER "stated_stretches_note_inserted";
CREATE TRIGGER "stated_stretches_note_updated" AFTER UPDATE ON "operations"."stated_stretches" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id first_line stated_at');
ALTER TABLE "operations"."stated_stretches" ENABLE ALWAYS TRIGGER "stated_stretches_note_updated";
CREATE TRIGGER "stated_stretches_note_deleted" AFTER DELETE ON "operations"."stated_stretches" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id first_line stated_at');
ALTER TABLE "operations"."stated_stretches" ENABLE ALWAYS TRIGGER "stated_stretches_note_deleted";
