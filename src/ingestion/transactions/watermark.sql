-- Grain: the transactions source: the highest id that the fact can have.
SELECT watermark FROM operations.watermarks WHERE source = 'transactions';
