-- A device keeps which run stated its values, since what waited in quarantine is written later than it was read.
ALTER TABLE "ingestion_layer"."dim_devices" ADD COLUMN "stated_run_id" INTEGER;
UPDATE ingestion_layer.dim_devices AS devices
SET stated_run_id = coalesce(
  (
    SELECT max(quarantined.run_id)
    FROM operations.quarantine AS quarantined
    WHERE quarantined.source = 'devices'
      AND quarantined.state = 'resolved'
      AND quarantined.file_id = devices.file_id
      AND quarantined.source_line = devices.source_line
  ),
  devices.run_id
);
ALTER TABLE "ingestion_layer"."dim_devices" ALTER COLUMN "stated_run_id" SET NOT NULL;
ALTER TABLE "ingestion_layer"."dim_devices" ADD CONSTRAINT "dim_devices_stated_run_id_fkey"
  FOREIGN KEY ("stated_run_id") REFERENCES "operations"."runs"("run_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- A product whose last sale was corrected away is named by none, and keeps its last name.
ALTER TABLE "ingestion_layer"."dim_products" ALTER COLUMN "named_by_transaction_id" DROP NOT NULL;
UPDATE ingestion_layer.dim_products AS products
SET named_by_transaction_id = NULL
WHERE NOT EXISTS (SELECT FROM ingestion_layer.fct_transactions AS facts WHERE facts.product_key = products.product_key);

-- A resolved record may be new or a correction. Until now no transaction of quarantine corrected one, and of devices
-- nobody knows any more.
ALTER TABLE "operations"."quarantine" ADD COLUMN "resolved_outcome" TEXT;
UPDATE operations.quarantine SET resolved_outcome = 'loaded' WHERE source = 'transactions' AND state = 'resolved';
ALTER TABLE operations.quarantine ADD CONSTRAINT quarantine_resolved_outcome_of_resolved
  CHECK (resolved_outcome IS NULL OR state = 'resolved' AND resolved_outcome IN ('loaded', 'corrected'));

-- Open records are looked up by what they are about, when a record comes that settles them, and by their file.
CREATE INDEX quarantine_open_by_key ON operations.quarantine (source, natural_key) WHERE state IN ('waiting', 'rejected');
CREATE INDEX quarantine_open_by_file ON operations.quarantine (file_id) WHERE state IN ('waiting', 'rejected');
