-- Grain: one day, and what became of the payments. One reading for both would need sixty thousand sums of each worker.
CREATE UNLOGGED TABLE raw.sales_by_day AS
SELECT happened_date_key AS date_key, status, count(*) AS transactions, sum(amount) AS transacted_amount
FROM ingestion_layer.fct_transactions
GROUP BY happened_date_key, status
