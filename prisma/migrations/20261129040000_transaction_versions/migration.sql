-- A known id that comes with other values: the version that was said later counts, whatever order the files come in.

ALTER TABLE "operations"."source_files" ADD COLUMN "snapshot_at" TIMESTAMPTZ(6);

ALTER TABLE "operations"."file_ranges"
  ADD COLUMN "stated_at" TIMESTAMPTZ(6),
  ADD COLUMN "stated_ids" int8multirange;

-- Transactions loaded so far were said when their file was last written to, as far as is known; stores and devices count as
-- of their loading.
UPDATE "operations"."file_ranges"
SET
  "stated_at" = CASE "source_files"."source"
    WHEN 'transactions'
      THEN to_timestamp("source_files"."mtime_ns" / 1000000000) + ("source_files"."mtime_ns" / 1000 % 1000000) * interval '1 microsecond'
    ELSE "file_ranges"."committed_at"
  END
FROM "operations"."source_files"
WHERE "source_files"."file_id" = "file_ranges"."file_id";

ALTER TABLE "operations"."file_ranges" ALTER COLUMN "stated_at" SET NOT NULL;

-- Few ranges say again what an earlier file said, and only the later ones are looked at.
CREATE INDEX "file_ranges_that_say_again" ON "operations"."file_ranges" ("stated_at") WHERE "stated_ids" IS NOT NULL;

-- Records that were refused since their id is loaded with other values are tried again by the next run.
UPDATE "operations"."quarantine" SET "state" = 'waiting' WHERE "reason" = 'changed_after_load' AND "state" = 'rejected';

-- CreateTable
CREATE TABLE "ingestion_layer"."fct_transactions_history" (
    "version_id" BIGSERIAL NOT NULL,
    "transaction_id" BIGINT NOT NULL,
    "stated_at" TIMESTAMPTZ(6) NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,
    "replaced_run_id" INTEGER NOT NULL,
    "was_current" BOOLEAN NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "digest" UUID NOT NULL,
    "card_token" UUID,
    "card_key_id" SMALLINT,
    "card_last4" TEXT,
    "store_key" INTEGER NOT NULL,
    "device_key" INTEGER NOT NULL,
    "product_sku" TEXT NOT NULL,
    "product_name" TEXT NOT NULL,
    "category_name" TEXT NOT NULL,
    "status" "ingestion_layer"."transaction_status" NOT NULL,
    "amount" DECIMAL(18,2) NOT NULL,

    CONSTRAINT "fct_transactions_history_pkey" PRIMARY KEY ("version_id")
);

-- CreateIndex
CREATE INDEX "fct_transactions_history_transaction_id_idx" ON "ingestion_layer"."fct_transactions_history"("transaction_id");

-- CreateIndex
CREATE INDEX "fct_transactions_history_replaced_run_id_idx" ON "ingestion_layer"."fct_transactions_history"("replaced_run_id");

-- CreateIndex
CREATE INDEX "file_ranges_file_id_first_line_idx" ON "operations"."file_ranges"("file_id", "first_line");

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_replaced_run_id_fkey" FOREIGN KEY ("replaced_run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "ingestion_layer"."dim_devices"("device_key") ON DELETE RESTRICT ON UPDATE RESTRICT;


-- The same rules as for the fact.
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_amount_not_negative"
  CHECK (amount >= 0);
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_card_whole_or_absent"
  CHECK ((card_token IS NULL) = (card_key_id IS NULL) AND (card_token IS NULL) = (card_last4 IS NULL));
ALTER TABLE "ingestion_layer"."fct_transactions_history" ADD CONSTRAINT "fct_transactions_history_card_last4_is_four_digits"
  CHECK (card_last4 ~ '^[0-9]{4}$');
