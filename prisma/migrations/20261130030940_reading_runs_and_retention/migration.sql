-- Runs that only read hold a lock of their own, so that no load waits for them; what is old is dropped, and its sums are kept.

-- AlterTable
ALTER TABLE "operations"."runs" ADD COLUMN     "lock_name" TEXT NOT NULL DEFAULT 'warehouse';

-- CreateTable
CREATE TABLE "operations"."quarantine_dropped" (
    "file_id" INTEGER NOT NULL,
    "resolved" BIGINT NOT NULL,

    CONSTRAINT "quarantine_dropped_pkey" PRIMARY KEY ("file_id")
);

-- AddForeignKey
ALTER TABLE "operations"."quarantine_dropped" ADD CONSTRAINT "quarantine_dropped_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- Raw SQL: rules that Prisma cannot say.
ALTER TABLE operations.quarantine_dropped ADD CONSTRAINT quarantine_dropped_something CHECK (resolved > 0);
