-- Grain: the run: quarantined records that it loaded, over all its attempts, and where the warehouse stands.
SELECT
  resolved,
  (SELECT watermark FROM operations.watermarks WHERE source = 'transactions') AS watermark
FROM operations.runs
WHERE run_id = :run_id;
