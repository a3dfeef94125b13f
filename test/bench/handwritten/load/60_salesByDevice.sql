-- Grain: one device at one store, and what became of the payments. Two rollups come out of this one reading of the fact.
CREATE UNLOGGED TABLE raw.sales_by_device AS
SELECT device_key, store_key, status, count(*) AS transactions, sum(amount) AS transacted_amount
FROM ingestion_layer.fct_transactions
GROUP BY device_key, store_key, status
