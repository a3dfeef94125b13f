-- What stores and devices were at any time (SCD type 2). Facts keep their keys: versions are joined by time.

-- Records follow each other by when they were said, no longer by the run that read them.
-- Two views name every column of the devices in passing, so they are made anew, as they were.
DROP VIEW aggregation_layer.transaction_share_by_device_type, aggregation_layer.device_type_performance;
ALTER TABLE "ingestion_layer"."dim_devices" DROP CONSTRAINT "dim_devices_stated_run_id_fkey";
ALTER TABLE "ingestion_layer"."dim_devices" DROP COLUMN "stated_run_id";
-- Grain: one type of device with an accepted sale.
CREATE VIEW aggregation_layer.transaction_share_by_device_type AS
WITH
  sales AS (SELECT * FROM aggregation_layer.rollup_devices WHERE accepted_transactions > 0),
  devices AS (SELECT * FROM ingestion_layer.dim_devices),

  by_type AS (
    SELECT devices.device_type, sum(sales.accepted_transactions)::bigint AS transactions
    FROM sales
    JOIN devices USING (device_key)
    GROUP BY devices.device_type
  )

SELECT
  device_type,
  transactions,
  round(100.0 * transactions / sum(transactions) OVER (), 4)::numeric(7, 4) AS percentage
FROM by_type
ORDER BY device_type;
-- Grain: one type of device with a payment attempt, whatever became of it.
CREATE VIEW aggregation_layer.device_type_performance AS
WITH
  attempts AS (SELECT * FROM aggregation_layer.rollup_devices),
  devices AS (SELECT * FROM ingestion_layer.dim_devices)

SELECT
  devices.device_type,
  sum(attempts.accepted_transactions + attempts.refused_transactions + attempts.cancelled_transactions)::bigint AS transactions,
  sum(attempts.accepted_transacted_amount + attempts.refused_transacted_amount + attempts.cancelled_transacted_amount)::numeric(18, 2) AS transacted_amount,
  sum(attempts.accepted_transactions)::bigint AS accepted_transactions,
  sum(attempts.accepted_transacted_amount)::numeric(18, 2) AS accepted_transacted_amount,
  sum(attempts.refused_transactions)::bigint AS refused_transactions,
  sum(attempts.refused_transacted_amount)::numeric(18, 2) AS refused_transacted_amount,
  sum(attempts.cancelled_transactions)::bigint AS cancelled_transactions,
  sum(attempts.cancelled_transacted_amount)::numeric(18, 2) AS cancelled_transacted_amount
FROM attempts
JOIN devices USING (device_key)
GROUP BY devices.device_type
ORDER BY devices.device_type;

ALTER TABLE "ingestion_layer"."dim_stores" ADD COLUMN     "gone_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_stores_history" (
    "store_key" INTEGER NOT NULL,
    "valid_from" TIMESTAMPTZ(6) NOT NULL,
    "valid_to" TIMESTAMPTZ(6),
    "is_current" BOOLEAN NOT NULL,
    "stated_at" TIMESTAMPTZ(6) NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,
    "store_name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "country" TEXT NOT NULL,
    "typology" TEXT NOT NULL,

    CONSTRAINT "dim_stores_history_pkey" PRIMARY KEY ("store_key","valid_from")
);

-- CreateTable
CREATE TABLE "ingestion_layer"."dim_devices_history" (
    "device_key" INTEGER NOT NULL,
    "valid_from" TIMESTAMPTZ(6) NOT NULL,
    "valid_to" TIMESTAMPTZ(6),
    "is_current" BOOLEAN NOT NULL,
    "stated_at" TIMESTAMPTZ(6) NOT NULL,
    "file_id" INTEGER NOT NULL,
    "source_line" BIGINT NOT NULL,
    "store_key" INTEGER NOT NULL,
    "device_type" INTEGER NOT NULL,

    CONSTRAINT "dim_devices_history_pkey" PRIMARY KEY ("device_key","valid_from")
);

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores_history" ADD CONSTRAINT "dim_stores_history_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_stores_history" ADD CONSTRAINT "dim_stores_history_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices_history" ADD CONSTRAINT "dim_devices_history_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "ingestion_layer"."dim_devices"("device_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices_history" ADD CONSTRAINT "dim_devices_history_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "operations"."source_files"("file_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ingestion_layer"."dim_devices_history" ADD CONSTRAINT "dim_devices_history_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- No two versions of one overlap; each ends where another one begins, or not at all; the last one is the current one.
ALTER TABLE "ingestion_layer"."dim_stores_history"
  ADD CONSTRAINT "dim_stores_history_no_overlap"
  EXCLUDE USING gist (int4range(store_key, store_key, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&);
ALTER TABLE "ingestion_layer"."dim_stores_history"
  ADD CONSTRAINT "dim_stores_history_no_gap" FOREIGN KEY ("store_key", "valid_to")
  REFERENCES "ingestion_layer"."dim_stores_history" ("store_key", "valid_from") ON DELETE NO ACTION ON UPDATE NO ACTION
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "ingestion_layer"."dim_stores_history" ADD CONSTRAINT "dim_stores_history_current_is_open"
  CHECK (is_current = (valid_to IS NULL));

-- No two versions of one overlap; each ends where another one begins, or not at all; the last one is the current one.
ALTER TABLE "ingestion_layer"."dim_devices_history"
  ADD CONSTRAINT "dim_devices_history_no_overlap"
  EXCLUDE USING gist (int4range(device_key, device_key, '[]') WITH &&, tstzrange(valid_from, valid_to) WITH &&);
ALTER TABLE "ingestion_layer"."dim_devices_history"
  ADD CONSTRAINT "dim_devices_history_no_gap" FOREIGN KEY ("device_key", "valid_to")
  REFERENCES "ingestion_layer"."dim_devices_history" ("device_key", "valid_from") ON DELETE NO ACTION ON UPDATE NO ACTION
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "ingestion_layer"."dim_devices_history" ADD CONSTRAINT "dim_devices_history_current_is_open"
  CHECK (is_current = (valid_to IS NULL));

-- What there is so far has always been so, as far as is known.
INSERT INTO "ingestion_layer"."dim_stores_history" (
  store_key, valid_from, is_current, stated_at, file_id, source_line, store_name, address, city, country, typology
)
SELECT
  store_key,
  '-infinity',
  true,
  coalesce(
    (SELECT max(committed_at) FROM "operations"."file_ranges" AS ranges WHERE ranges.file_id = stores.file_id),
    (SELECT updated_at FROM "operations"."source_files" AS files WHERE files.file_id = stores.file_id)
  ),
  file_id,
  source_line,
  store_name,
  address,
  city,
  country,
  typology
FROM "ingestion_layer"."dim_stores" AS stores;
INSERT INTO "ingestion_layer"."dim_devices_history" (
  device_key, valid_from, is_current, stated_at, file_id, source_line, store_key, device_type
)
SELECT
  device_key,
  '-infinity',
  true,
  coalesce(
    (SELECT max(committed_at) FROM "operations"."file_ranges" AS ranges WHERE ranges.file_id = devices.file_id),
    (SELECT updated_at FROM "operations"."source_files" AS files WHERE files.file_id = devices.file_id)
  ),
  file_id,
  source_line,
  store_key,
  device_type
FROM "ingestion_layer"."dim_devices" AS devices;
