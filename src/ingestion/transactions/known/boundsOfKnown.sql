-- Grain: one row: the lowest and the highest of the staged ids that the fact can have; null where it can have none of them.
SELECT min(transaction_id)::text AS lowest, max(transaction_id)::text AS highest
FROM staged_transactions
WHERE transaction_id <= (SELECT watermark FROM operations.watermarks WHERE source = 'transactions');
