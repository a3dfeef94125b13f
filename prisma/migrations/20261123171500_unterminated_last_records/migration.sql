-- A file may end inside a record. What was read of it stays after the checkpoint, so that it is read again.
ALTER TABLE "operations"."source_files"
  ADD COLUMN "unterminated_bytes" BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN "unterminated_sha256" TEXT;
