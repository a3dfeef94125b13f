-- A refresh has to know what an end without a line end is of: the versions that it left do not always tell.

-- AlterTable
ALTER TABLE "operations"."source_files" ADD COLUMN     "unterminated_stated_at" TIMESTAMPTZ(6);
