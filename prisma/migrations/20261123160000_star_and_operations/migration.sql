-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "ingestion_layer";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "operations";

-- CreateEnum
CREATE TYPE "ingestion_layer"."transaction_status" AS ENUM ('accepted', 'refused', 'cancelled');

-- CreateEnum
CREATE TYPE "operations"."run_status" AS ENUM ('running', 'succeeded', 'failed', 'stopped', 'killed');

-- CreateEnum
CREATE TYPE "operations"."source" AS ENUM ('stores', 'devices', 'transactions');

-- CreateEnum
CREATE TYPE "operations"."file_status" AS ENUM ('loading', 'loaded', 'failed', 'replaced');

-- CreateEnum
CREATE TYPE "operations"."quarantine_state" AS ENUM ('waiting', 'rejected', 'resolved', 'obsolete');

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_customers" (
    "customer_key" SERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,

    CONSTRAINT "dim_customers_pkey" PRIMARY KEY ("customer_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_stores" (
    "store_key" SERIAL NOT NULL,
    "store_id" BIGINT NOT NULL,
    "store_name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "typology" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "created_date_key" INTEGER NOT NULL,
    "customer_key" INTEGER NOT NULL,
    "digest" UUID NOT NULL,
    "run_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,

    CONSTRAINT "dim_stores_pkey" PRIMARY KEY ("store_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_devices" (
    "device_key" SERIAL NOT NULL,
    "device_id" BIGINT NOT NULL,
    "device_type" INTEGER NOT NULL,
    "store_key" INTEGER NOT NULL,
    "digest" UUID NOT NULL,
    "run_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,

    CONSTRAINT "dim_devices_pkey" PRIMARY KEY ("device_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_products" (
    "product_key" SERIAL NOT NULL,
    "product_sku" TEXT NOT NULL,
    "product_name" TEXT NOT NULL,
    "category_name" TEXT NOT NULL,
    "named_by_transaction_id" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,

    CONSTRAINT "dim_products_pkey" PRIMARY KEY ("product_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_product_labels" (
    "label_key" SERIAL NOT NULL,
    "label_digest" UUID NOT NULL,
    "product_key" INTEGER NOT NULL,
    "product_name" TEXT NOT NULL,
    "category_name" TEXT NOT NULL,

    CONSTRAINT "dim_product_labels_pkey" PRIMARY KEY ("label_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_time" (
    "date_key" INTEGER NOT NULL,
    "calendar_date" DATE NOT NULL,
    "year" SMALLINT NOT NULL,
    "quarter" SMALLINT NOT NULL,
    "month" SMALLINT NOT NULL,
    "month_name" TEXT NOT NULL,
    "day_of_month" SMALLINT NOT NULL,
    "day_of_year" SMALLINT NOT NULL,
    "iso_year" SMALLINT NOT NULL,
    "iso_week" SMALLINT NOT NULL,
    "iso_day_of_week" SMALLINT NOT NULL,
    "day_name" TEXT NOT NULL,
    "is_weekend" BOOLEAN NOT NULL,

    CONSTRAINT "dim_time_pkey" PRIMARY KEY ("date_key")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."fct_transactions" (
    "transaction_id" BIGINT NOT NULL,
    "happened_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "source_line" BIGINT NOT NULL,
    "digest" UUID NOT NULL,
    "card_token" UUID,
    "store_key" INTEGER NOT NULL,
    "device_key" INTEGER NOT NULL,
    "product_key" INTEGER NOT NULL,
    "label_key" INTEGER NOT NULL,
    "happened_date_key" INTEGER NOT NULL,
    "created_date_key" INTEGER NOT NULL,
    "run_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "status" "ingestion_layer"."transaction_status" NOT NULL,
    "card_key_id" SMALLINT,
    "card_last4" TEXT,
    "amount" DECIMAL(18,2) NOT NULL,

    CONSTRAINT "fct_transactions_pkey" PRIMARY KEY ("transaction_id")
);

-- CreateTable
CREATE TABLE "operations"."runs" (
    "run_id" SERIAL NOT NULL,
    "job" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "status" "operations"."run_status" NOT NULL DEFAULT 'running',
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),
    "heartbeat_at" TIMESTAMPTZ(6) NOT NULL,
    "process" TEXT NOT NULL,
    "error_code" TEXT,
    "error_message" TEXT,
    "records_read" BIGINT NOT NULL DEFAULT 0,
    "loaded" BIGINT NOT NULL DEFAULT 0,
    "already_present" BIGINT NOT NULL DEFAULT 0,
    "corrected" BIGINT NOT NULL DEFAULT 0,
    "superseded" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "resolved" BIGINT NOT NULL DEFAULT 0,
    "warnings" BIGINT NOT NULL DEFAULT 0,
    "watermark" BIGINT,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "operations"."run_steps" (
    "run_id" INTEGER NOT NULL,
    "step_number" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "status" "operations"."run_status" NOT NULL DEFAULT 'running',
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),
    "duration_ms" INTEGER,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "error_message" TEXT,

    CONSTRAINT "run_steps_pkey" PRIMARY KEY ("run_id","step_number")
);

-- CreateTable
CREATE TABLE "operations"."run_files" (
    "run_id" INTEGER NOT NULL,
    "file_id" INTEGER NOT NULL,
    "records_read" BIGINT NOT NULL DEFAULT 0,
    "loaded" BIGINT NOT NULL DEFAULT 0,
    "already_present" BIGINT NOT NULL DEFAULT 0,
    "corrected" BIGINT NOT NULL DEFAULT 0,
    "superseded" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "warnings" BIGINT NOT NULL DEFAULT 0,
    "bytes_read" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "run_files_pkey" PRIMARY KEY ("run_id","file_id")
);

-- CreateTable
CREATE TABLE "operations"."source_files" (
    "file_id" SERIAL NOT NULL,
    "source" "operations"."source" NOT NULL,
    "path" TEXT NOT NULL,
    "status" "operations"."file_status" NOT NULL DEFAULT 'loading',
    "refusal" TEXT,
    "size_bytes" BIGINT NOT NULL,
    "mtime_ns" BIGINT NOT NULL,
    "ctime_ns" BIGINT NOT NULL,
    "inode" BIGINT NOT NULL,
    "dialect" JSONB NOT NULL,
    "committed_bytes" BIGINT NOT NULL DEFAULT 0,
    "committed_lines" BIGINT NOT NULL DEFAULT 0,
    "committed_sha256" TEXT NOT NULL,
    "records_read" BIGINT NOT NULL DEFAULT 0,
    "loaded" BIGINT NOT NULL DEFAULT 0,
    "already_present" BIGINT NOT NULL DEFAULT 0,
    "corrected" BIGINT NOT NULL DEFAULT 0,
    "superseded" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "warnings" BIGINT NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(6) NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "source_files_pkey" PRIMARY KEY ("file_id")
);

-- CreateTable
CREATE TABLE "operations"."file_ranges" (
    "file_id" INTEGER NOT NULL,
    "start_byte" BIGINT NOT NULL,
    "end_byte" BIGINT NOT NULL,
    "first_line" BIGINT NOT NULL,
    "last_line" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,
    "committed_at" TIMESTAMPTZ(6) NOT NULL,
    "records_read" BIGINT NOT NULL,
    "loaded" BIGINT NOT NULL,
    "already_present" BIGINT NOT NULL,
    "corrected" BIGINT NOT NULL,
    "superseded" BIGINT NOT NULL,
    "rejected" BIGINT NOT NULL,
    "warnings" BIGINT NOT NULL,
    "highest_transaction_id" BIGINT,

    CONSTRAINT "file_ranges_pkey" PRIMARY KEY ("file_id","start_byte")
);

-- CreateTable
CREATE TABLE "operations"."watermarks" (
    "source" "operations"."source" NOT NULL,
    "watermark" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "watermarks_pkey" PRIMARY KEY ("source")
);

-- CreateTable
CREATE TABLE "operations"."quarantine" (
    "quarantine_id" BIGSERIAL NOT NULL,
    "source" "operations"."source" NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,
    "run_id" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "column_name" TEXT,
    "state" "operations"."quarantine_state" NOT NULL,
    "resolved_run_id" INTEGER,
    "fields" JSONB,
    "natural_key" BIGINT,
    "device_id" BIGINT,
    "store_id" BIGINT,
    "device_type" INTEGER,
    "product_sku" TEXT,
    "product_name" TEXT,
    "category_name" TEXT,
    "amount" DECIMAL(18,2),
    "status" "ingestion_layer"."transaction_status",
    "card_token" UUID,
    "card_key_id" SMALLINT,
    "card_last4" TEXT,
    "created_at" TIMESTAMPTZ(6),
    "happened_at" TIMESTAMPTZ(6),
    "digest" UUID,
    "label_digest" UUID,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("quarantine_id")
);

-- CreateTable
CREATE TABLE "operations"."card_token_keys" (
    "card_key_id" SMALLINT NOT NULL,
    "fingerprint" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "card_token_keys_pkey" PRIMARY KEY ("card_key_id")
);

-- CreateTable
CREATE TABLE "operations"."run_locks" (
    "name" TEXT NOT NULL,
    "fencing_token" BIGINT NOT NULL,
    "run_id" INTEGER,
    "acquired_at" TIMESTAMPTZ(6),

    CONSTRAINT "run_locks_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "dim_customers_customer_id_key" ON "ingestion_layer"."dim_customers"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "dim_stores_store_id_key" ON "ingestion_layer"."dim_stores"("store_id");

-- CreateIndex
CREATE INDEX "dim_stores_customer_key_idx" ON "ingestion_layer"."dim_stores"("customer_key");

-- CreateIndex
CREATE UNIQUE INDEX "dim_devices_device_id_key" ON "ingestion_layer"."dim_devices"("device_id");

-- CreateIndex
CREATE INDEX "dim_devices_store_key_idx" ON "ingestion_layer"."dim_devices"("store_key");

-- CreateIndex
CREATE UNIQUE INDEX "dim_products_product_sku_key" ON "ingestion_layer"."dim_products"("product_sku");

-- CreateIndex
CREATE UNIQUE INDEX "dim_product_labels_label_digest_key" ON "ingestion_layer"."dim_product_labels"("label_digest");

-- CreateIndex
CREATE INDEX "dim_product_labels_product_key_idx" ON "ingestion_layer"."dim_product_labels"("product_key");

-- CreateIndex
CREATE UNIQUE INDEX "dim_time_calendar_date_key" ON "ingestion_layer"."dim_time"("calendar_date");

-- CreateIndex
CREATE INDEX "runs_job_started_at_idx" ON "operations"."runs"("job", "started_at");

-- CreateIndex
CREATE INDEX "run_files_file_id_idx" ON "operations"."run_files"("file_id");

-- CreateIndex
CREATE INDEX "source_files_path_idx" ON "operations"."source_files"("path");

-- CreateIndex
CREATE INDEX "file_ranges_run_id_idx" ON "operations"."file_ranges"("run_id");

-- CreateIndex
CREATE INDEX "quarantine_source_state_idx" ON "operations"."quarantine"("source", "state");

-- CreateIndex
CREATE INDEX "quarantine_file_id_idx" ON "operations"."quarantine"("file_id");

-- CreateIndex
CREATE INDEX "quarantine_run_id_idx" ON "operations"."quarantine"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "card_token_keys_fingerprint_key" ON "operations"."card_token_keys"("fingerprint");

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_customers" ADD CONSTRAINT "dim_customers_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores" ADD CONSTRAINT "dim_stores_created_date_key_fkey" FOREIGN KEY ("created_date_key") REFERENCES "ingestion_layer"."dim_time"("date_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores" ADD CONSTRAINT "dim_stores_customer_key_fkey" FOREIGN KEY ("customer_key") REFERENCES "ingestion_layer"."dim_customers"("customer_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores" ADD CONSTRAINT "dim_stores_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores" ADD CONSTRAINT "dim_stores_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices" ADD CONSTRAINT "dim_devices_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices" ADD CONSTRAINT "dim_devices_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices" ADD CONSTRAINT "dim_devices_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_products" ADD CONSTRAINT "dim_products_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_product_labels" ADD CONSTRAINT "dim_product_labels_product_key_fkey" FOREIGN KEY ("product_key") REFERENCES "ingestion_layer"."dim_products"("product_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "ingestion_layer"."dim_devices"("device_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_product_key_fkey" FOREIGN KEY ("product_key") REFERENCES "ingestion_layer"."dim_products"("product_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_label_key_fkey" FOREIGN KEY ("label_key") REFERENCES "ingestion_layer"."dim_product_labels"("label_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_happened_date_key_fkey" FOREIGN KEY ("happened_date_key") REFERENCES "ingestion_layer"."dim_time"("date_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_created_date_key_fkey" FOREIGN KEY ("created_date_key") REFERENCES "ingestion_layer"."dim_time"("date_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."fct_transactions" ADD CONSTRAINT "fct_transactions_card_key_id_fkey" FOREIGN KEY ("card_key_id") REFERENCES "operations"."card_token_keys"("card_key_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."run_steps" ADD CONSTRAINT "run_steps_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."run_files" ADD CONSTRAINT "run_files_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."run_files" ADD CONSTRAINT "run_files_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."file_ranges" ADD CONSTRAINT "file_ranges_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."file_ranges" ADD CONSTRAINT "file_ranges_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."quarantine" ADD CONSTRAINT "quarantine_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."quarantine" ADD CONSTRAINT "quarantine_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operations"."quarantine" ADD CONSTRAINT "quarantine_resolved_run_id_fkey" FOREIGN KEY ("resolved_run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

