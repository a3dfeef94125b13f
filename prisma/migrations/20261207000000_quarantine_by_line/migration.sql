-- Records in quarantine are looked up by their line, one by one: whoever reads a line again closes what it has been in quarantine as.

-- CreateIndex
CREATE INDEX "quarantine_file_id_source_line_idx" ON "operations"."quarantine"("file_id", "source_line");

-- DropIndex
DROP INDEX "operations"."quarantine_file_id_idx";
