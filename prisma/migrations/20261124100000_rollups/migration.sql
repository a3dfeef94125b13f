-- The rollups: what the views read. Each is exactly a GROUP BY over the fact, kept so by every transaction that changes the
-- fact. fillfactor leaves room in each page for the next version of a row, so that no index has to change with it.

-- CreateTable
CREATE TABLE "aggregation_layer"."rollup_stores" (
    "store_key" INTEGER NOT NULL,
    "accepted_transactions" BIGINT NOT NULL,
    "accepted_transacted_amount" DECIMAL(24,2) NOT NULL,
    "refused_transactions" BIGINT NOT NULL,
    "refused_transacted_amount" DECIMAL(24,2) NOT NULL,
    "cancelled_transactions" BIGINT NOT NULL,
    "cancelled_transacted_amount" DECIMAL(24,2) NOT NULL,

    CONSTRAINT "rollup_stores_pkey" PRIMARY KEY ("store_key")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "aggregation_layer"."rollup_products" (
    "product_key" INTEGER NOT NULL,
    "accepted_transactions" BIGINT NOT NULL,
    "accepted_transacted_amount" DECIMAL(24,2) NOT NULL,
    "refused_transactions" BIGINT NOT NULL,
    "refused_transacted_amount" DECIMAL(24,2) NOT NULL,
    "cancelled_transactions" BIGINT NOT NULL,
    "cancelled_transacted_amount" DECIMAL(24,2) NOT NULL,

    CONSTRAINT "rollup_products_pkey" PRIMARY KEY ("product_key")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "aggregation_layer"."rollup_devices" (
    "device_key" INTEGER NOT NULL,
    "accepted_transactions" BIGINT NOT NULL,
    "accepted_transacted_amount" DECIMAL(24,2) NOT NULL,
    "refused_transactions" BIGINT NOT NULL,
    "refused_transacted_amount" DECIMAL(24,2) NOT NULL,
    "cancelled_transactions" BIGINT NOT NULL,
    "cancelled_transacted_amount" DECIMAL(24,2) NOT NULL,

    CONSTRAINT "rollup_devices_pkey" PRIMARY KEY ("device_key")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "aggregation_layer"."rollup_days" (
    "date_key" INTEGER NOT NULL,
    "accepted_transactions" BIGINT NOT NULL,
    "accepted_transacted_amount" DECIMAL(24,2) NOT NULL,
    "refused_transactions" BIGINT NOT NULL,
    "refused_transacted_amount" DECIMAL(24,2) NOT NULL,
    "cancelled_transactions" BIGINT NOT NULL,
    "cancelled_transacted_amount" DECIMAL(24,2) NOT NULL,

    CONSTRAINT "rollup_days_pkey" PRIMARY KEY ("date_key")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "aggregation_layer"."rollup_store_first_sales" (
    "store_key" INTEGER NOT NULL,
    "transaction_ids" BIGINT[] NOT NULL,
    "happened_at" TIMESTAMPTZ(6)[] NOT NULL,

    CONSTRAINT "rollup_store_first_sales_pkey" PRIMARY KEY ("store_key")
) WITH (fillfactor = 50);

-- Nothing may be loaded from here on that is not added up. A run of an older version that is under way ends with its
-- chunk: its fencing token is not the newest any more.
UPDATE operations.run_locks SET fencing_token = fencing_token + 1 WHERE name = 'warehouse';
LOCK TABLE ingestion_layer.fct_transactions IN SHARE MODE;

-- From the facts there are. The keys are added after it, and so checked as sets.
INSERT INTO aggregation_layer.rollup_stores
SELECT
  store_key,
  count(*) FILTER (WHERE status = 'accepted'),
  coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0),
  count(*) FILTER (WHERE status = 'refused'),
  coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0),
  count(*) FILTER (WHERE status = 'cancelled'),
  coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0)
FROM ingestion_layer.fct_transactions
GROUP BY store_key
ORDER BY store_key;

INSERT INTO aggregation_layer.rollup_products
SELECT
  product_key,
  count(*) FILTER (WHERE status = 'accepted'),
  coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0),
  count(*) FILTER (WHERE status = 'refused'),
  coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0),
  count(*) FILTER (WHERE status = 'cancelled'),
  coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0)
FROM ingestion_layer.fct_transactions
GROUP BY product_key
ORDER BY product_key;

INSERT INTO aggregation_layer.rollup_devices
SELECT
  device_key,
  count(*) FILTER (WHERE status = 'accepted'),
  coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0),
  count(*) FILTER (WHERE status = 'refused'),
  coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0),
  count(*) FILTER (WHERE status = 'cancelled'),
  coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0)
FROM ingestion_layer.fct_transactions
GROUP BY device_key
ORDER BY device_key;

INSERT INTO aggregation_layer.rollup_days
SELECT
  happened_date_key,
  count(*) FILTER (WHERE status = 'accepted'),
  coalesce(sum(amount) FILTER (WHERE status = 'accepted'), 0),
  count(*) FILTER (WHERE status = 'refused'),
  coalesce(sum(amount) FILTER (WHERE status = 'refused'), 0),
  count(*) FILTER (WHERE status = 'cancelled'),
  coalesce(sum(amount) FILTER (WHERE status = 'cancelled'), 0)
FROM ingestion_layer.fct_transactions
GROUP BY happened_date_key
ORDER BY happened_date_key;

INSERT INTO aggregation_layer.rollup_store_first_sales
SELECT
  store_key,
  array_agg(transaction_id ORDER BY sale_number),
  array_agg(happened_at ORDER BY sale_number)
FROM (
  SELECT
    store_key,
    transaction_id,
    happened_at,
    row_number() OVER (PARTITION BY store_key ORDER BY happened_at, transaction_id) AS sale_number
  FROM ingestion_layer.fct_transactions
  WHERE status = 'accepted'
) AS sales
WHERE sale_number <= 20
GROUP BY store_key
ORDER BY store_key;

-- AddForeignKey
ALTER TABLE "aggregation_layer"."rollup_stores" ADD CONSTRAINT "rollup_stores_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aggregation_layer"."rollup_products" ADD CONSTRAINT "rollup_products_product_key_fkey" FOREIGN KEY ("product_key") REFERENCES "ingestion_layer"."dim_products"("product_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aggregation_layer"."rollup_devices" ADD CONSTRAINT "rollup_devices_device_key_fkey" FOREIGN KEY ("device_key") REFERENCES "ingestion_layer"."dim_devices"("device_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aggregation_layer"."rollup_days" ADD CONSTRAINT "rollup_days_date_key_fkey" FOREIGN KEY ("date_key") REFERENCES "ingestion_layer"."dim_time"("date_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "aggregation_layer"."rollup_store_first_sales" ADD CONSTRAINT "rollup_store_first_sales_store_key_fkey" FOREIGN KEY ("store_key") REFERENCES "ingestion_layer"."dim_stores"("store_key") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- What Prisma cannot say. A key without a transaction has no row, and nothing is taken away that was never added.
ALTER TABLE aggregation_layer.rollup_stores ADD CONSTRAINT rollup_stores_not_empty
  CHECK (accepted_transactions + refused_transactions + cancelled_transactions > 0);
ALTER TABLE aggregation_layer.rollup_stores ADD CONSTRAINT rollup_stores_not_negative
  CHECK (
    accepted_transactions >= 0 AND accepted_transacted_amount >= 0
    AND refused_transactions >= 0 AND refused_transacted_amount >= 0
    AND cancelled_transactions >= 0 AND cancelled_transacted_amount >= 0
  );
ALTER TABLE aggregation_layer.rollup_products ADD CONSTRAINT rollup_products_not_empty
  CHECK (accepted_transactions + refused_transactions + cancelled_transactions > 0);
ALTER TABLE aggregation_layer.rollup_products ADD CONSTRAINT rollup_products_not_negative
  CHECK (
    accepted_transactions >= 0 AND accepted_transacted_amount >= 0
    AND refused_transactions >= 0 AND refused_transacted_amount >= 0
    AND cancelled_transactions >= 0 AND cancelled_transacted_amount >= 0
  );
ALTER TABLE aggregation_layer.rollup_devices ADD CONSTRAINT rollup_devices_not_empty
  CHECK (accepted_transactions + refused_transactions + cancelled_transactions > 0);
ALTER TABLE aggregation_layer.rollup_devices ADD CONSTRAINT rollup_devices_not_negative
  CHECK (
    accepted_transactions >= 0 AND accepted_transacted_amount >= 0
    AND refused_transactions >= 0 AND refused_transacted_amount >= 0
    AND cancelled_transactions >= 0 AND cancelled_transacted_amount >= 0
  );
ALTER TABLE aggregation_layer.rollup_days ADD CONSTRAINT rollup_days_not_empty
  CHECK (accepted_transactions + refused_transactions + cancelled_transactions > 0);
ALTER TABLE aggregation_layer.rollup_days ADD CONSTRAINT rollup_days_not_negative
  CHECK (
    accepted_transactions >= 0 AND accepted_transacted_amount >= 0
    AND refused_transactions >= 0 AND refused_transacted_amount >= 0
    AND cancelled_transactions >= 0 AND cancelled_transacted_amount >= 0
  );
ALTER TABLE aggregation_layer.rollup_store_first_sales ADD CONSTRAINT rollup_store_first_sales_in_pairs
  CHECK (cardinality(transaction_ids) = cardinality(happened_at) AND cardinality(transaction_ids) BETWEEN 1 AND 20);
