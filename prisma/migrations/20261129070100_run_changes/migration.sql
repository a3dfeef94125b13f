-- What a run changed, so that it can be taken back: see src/ingestion/undo.

-- Versions of facts that a run has kept are those above it. Runs before this migration have none, so cannot be taken back.
ALTER TABLE "operations"."runs" ADD COLUMN "versions_before" BIGINT;

-- CreateTable
CREATE TABLE "operations"."run_changes" (
    "run_id" INTEGER NOT NULL,
    "table_name" TEXT NOT NULL,
    "row_key" JSONB NOT NULL,
    "before" JSONB,

    CONSTRAINT "run_changes_pkey" PRIMARY KEY ("run_id","table_name","row_key")
);

-- Notes each row that a statement changed, as it was before the run did. What the run has changed already stays as it was noted
-- first. `tillhouse.run_id` is set by `checkFence.sql`, for the transaction; without it, somebody changes rows by hand.
-- Arguments: the key's columns; then, of what does not change in others, those to note.
CREATE FUNCTION "operations"."note_run_changes"() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  noted_run_id text := current_setting('tillhouse.run_id', true);
  key_columns text[] := string_to_array(tg_argv[0], ' ');
  noted_columns text[] := string_to_array(tg_argv[1], ' ');
BEGIN
  -- Most statements change nothing.
  IF coalesce(noted_run_id, '') = '' OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  INSERT INTO operations.run_changes (run_id, table_name, row_key, before)
  SELECT
    noted_run_id::integer,
    tg_table_name,
    (SELECT jsonb_object_agg(name, rows.content -> name) FROM unnest(key_columns) AS name),
    CASE
      WHEN tg_op = 'INSERT' THEN NULL
      WHEN noted_columns IS NULL THEN rows.content
      ELSE (SELECT jsonb_object_agg(name, rows.content -> name) FROM unnest(noted_columns) AS name)
    END
  FROM (SELECT to_jsonb(changed) AS content FROM changed) AS rows
  ON CONFLICT ON CONSTRAINT run_changes_pkey DO NOTHING;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION "operations"."note_run_changes"() FROM PUBLIC;

-- Always: where foreign keys are checked as sets, triggers do not fire otherwise. None is on the fact and its versions, which
-- know their runs. Records that a run put in quarantine know it too; of those it closed, their state is noted.
CREATE TRIGGER "dim_time_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_time" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('date_key');
ALTER TABLE "ingestion_layer"."dim_time" ENABLE ALWAYS TRIGGER "dim_time_note_inserted";
CREATE TRIGGER "dim_time_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_time" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('date_key');
ALTER TABLE "ingestion_layer"."dim_time" ENABLE ALWAYS TRIGGER "dim_time_note_updated";
CREATE TRIGGER "dim_time_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_time" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('date_key');
ALTER TABLE "ingestion_layer"."dim_time" ENABLE ALWAYS TRIGGER "dim_time_note_deleted";
CREATE TRIGGER "dim_customers_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_customers" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('customer_key');
ALTER TABLE "ingestion_layer"."dim_customers" ENABLE ALWAYS TRIGGER "dim_customers_note_inserted";
CREATE TRIGGER "dim_customers_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_customers" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('customer_key');
ALTER TABLE "ingestion_layer"."dim_customers" ENABLE ALWAYS TRIGGER "dim_customers_note_updated";
CREATE TRIGGER "dim_customers_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_customers" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('customer_key');
ALTER TABLE "ingestion_layer"."dim_customers" ENABLE ALWAYS TRIGGER "dim_customers_note_deleted";
CREATE TRIGGER "dim_stores_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_stores" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key');
ALTER TABLE "ingestion_layer"."dim_stores" ENABLE ALWAYS TRIGGER "dim_stores_note_inserted";
CREATE TRIGGER "dim_stores_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_stores" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key');
ALTER TABLE "ingestion_layer"."dim_stores" ENABLE ALWAYS TRIGGER "dim_stores_note_updated";
CREATE TRIGGER "dim_stores_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_stores" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key');
ALTER TABLE "ingestion_layer"."dim_stores" ENABLE ALWAYS TRIGGER "dim_stores_note_deleted";
CREATE TRIGGER "dim_devices_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_devices" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key');
ALTER TABLE "ingestion_layer"."dim_devices" ENABLE ALWAYS TRIGGER "dim_devices_note_inserted";
CREATE TRIGGER "dim_devices_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_devices" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key');
ALTER TABLE "ingestion_layer"."dim_devices" ENABLE ALWAYS TRIGGER "dim_devices_note_updated";
CREATE TRIGGER "dim_devices_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_devices" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key');
ALTER TABLE "ingestion_layer"."dim_devices" ENABLE ALWAYS TRIGGER "dim_devices_note_deleted";
CREATE TRIGGER "dim_products_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_products" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('product_key');
ALTER TABLE "ingestion_layer"."dim_products" ENABLE ALWAYS TRIGGER "dim_products_note_inserted";
CREATE TRIGGER "dim_products_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_products" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('product_key');
ALTER TABLE "ingestion_layer"."dim_products" ENABLE ALWAYS TRIGGER "dim_products_note_updated";
CREATE TRIGGER "dim_products_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_products" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('product_key');
ALTER TABLE "ingestion_layer"."dim_products" ENABLE ALWAYS TRIGGER "dim_products_note_deleted";
CREATE TRIGGER "dim_product_labels_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_product_labels" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('label_key');
ALTER TABLE "ingestion_layer"."dim_product_labels" ENABLE ALWAYS TRIGGER "dim_product_labels_note_inserted";
CREATE TRIGGER "dim_product_labels_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_product_labels" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('label_key');
ALTER TABLE "ingestion_layer"."dim_product_labels" ENABLE ALWAYS TRIGGER "dim_product_labels_note_updated";
CREATE TRIGGER "dim_product_labels_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_product_labels" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('label_key');
ALTER TABLE "ingestion_layer"."dim_product_labels" ENABLE ALWAYS TRIGGER "dim_product_labels_note_deleted";
CREATE TRIGGER "dim_stores_history_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_stores_history" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key valid_from');
ALTER TABLE "ingestion_layer"."dim_stores_history" ENABLE ALWAYS TRIGGER "dim_stores_history_note_inserted";
CREATE TRIGGER "dim_stores_history_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_stores_history" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key valid_from');
ALTER TABLE "ingestion_layer"."dim_stores_history" ENABLE ALWAYS TRIGGER "dim_stores_history_note_updated";
CREATE TRIGGER "dim_stores_history_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_stores_history" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('store_key valid_from');
ALTER TABLE "ingestion_layer"."dim_stores_history" ENABLE ALWAYS TRIGGER "dim_stores_history_note_deleted";
CREATE TRIGGER "dim_devices_history_note_inserted" AFTER INSERT ON "ingestion_layer"."dim_devices_history" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key valid_from');
ALTER TABLE "ingestion_layer"."dim_devices_history" ENABLE ALWAYS TRIGGER "dim_devices_history_note_inserted";
CREATE TRIGGER "dim_devices_history_note_updated" AFTER UPDATE ON "ingestion_layer"."dim_devices_history" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key valid_from');
ALTER TABLE "ingestion_layer"."dim_devices_history" ENABLE ALWAYS TRIGGER "dim_devices_history_note_updated";
CREATE TRIGGER "dim_devices_history_note_deleted" AFTER DELETE ON "ingestion_layer"."dim_devices_history" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('device_key valid_from');
ALTER TABLE "ingestion_layer"."dim_devices_history" ENABLE ALWAYS TRIGGER "dim_devices_history_note_deleted";
CREATE TRIGGER "source_files_note_inserted" AFTER INSERT ON "operations"."source_files" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id');
ALTER TABLE "operations"."source_files" ENABLE ALWAYS TRIGGER "source_files_note_inserted";
CREATE TRIGGER "source_files_note_updated" AFTER UPDATE ON "operations"."source_files" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id');
ALTER TABLE "operations"."source_files" ENABLE ALWAYS TRIGGER "source_files_note_updated";
CREATE TRIGGER "source_files_note_deleted" AFTER DELETE ON "operations"."source_files" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id');
ALTER TABLE "operations"."source_files" ENABLE ALWAYS TRIGGER "source_files_note_deleted";
CREATE TRIGGER "file_ranges_note_inserted" AFTER INSERT ON "operations"."file_ranges" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id start_byte');
ALTER TABLE "operations"."file_ranges" ENABLE ALWAYS TRIGGER "file_ranges_note_inserted";
CREATE TRIGGER "file_ranges_note_updated" AFTER UPDATE ON "operations"."file_ranges" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id start_byte');
ALTER TABLE "operations"."file_ranges" ENABLE ALWAYS TRIGGER "file_ranges_note_updated";
CREATE TRIGGER "file_ranges_note_deleted" AFTER DELETE ON "operations"."file_ranges" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('file_id start_byte');
ALTER TABLE "operations"."file_ranges" ENABLE ALWAYS TRIGGER "file_ranges_note_deleted";
CREATE TRIGGER "watermarks_note_inserted" AFTER INSERT ON "operations"."watermarks" REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('source');
ALTER TABLE "operations"."watermarks" ENABLE ALWAYS TRIGGER "watermarks_note_inserted";
CREATE TRIGGER "watermarks_note_updated" AFTER UPDATE ON "operations"."watermarks" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('source');
ALTER TABLE "operations"."watermarks" ENABLE ALWAYS TRIGGER "watermarks_note_updated";
CREATE TRIGGER "watermarks_note_deleted" AFTER DELETE ON "operations"."watermarks" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('source');
ALTER TABLE "operations"."watermarks" ENABLE ALWAYS TRIGGER "watermarks_note_deleted";
CREATE TRIGGER "quarantine_note_updated" AFTER UPDATE ON "operations"."quarantine" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"('quarantine_id', 'state resolved_run_id resolved_outcome');
ALTER TABLE "operations"."quarantine" ENABLE ALWAYS TRIGGER "quarantine_note_updated";
