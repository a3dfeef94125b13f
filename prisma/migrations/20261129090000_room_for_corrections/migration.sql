-- A correction that finds room on its fact's page leaves the indexes alone. For pages that are filled from here on.
ALTER TABLE "ingestion_layer"."fct_transactions" SET (fillfactor = 95);

-- Nothing looks versions up by the run that replaced them, and each correction had to write it.
DROP INDEX "ingestion_layer"."fct_transactions_history_replaced_run_id_idx";
