-- Grain: one row: the highest id that the fact can have, and the range of ids that rejected records are still open with;
-- null where there is none.
SELECT
  (SELECT watermark FROM operations.watermarks WHERE source = 'transactions') AS watermark,
  (SELECT min(natural_key) FROM operations.quarantine WHERE source = 'transactions' AND state = 'rejected') AS lowest_rejected,
  (SELECT max(natural_key) FROM operations.quarantine WHERE source = 'transactions' AND state = 'rejected') AS highest_rejected;
