-- Grain: the watermark of the transactions; no row before the first is committed.
SELECT watermark FROM operations.watermarks WHERE source = 'transactions';
