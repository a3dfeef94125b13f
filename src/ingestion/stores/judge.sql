-- Grain: one staged store, each with its outcome.
INSERT INTO judged_stores
WITH
  staged AS (
    SELECT
      *,
      last_value(source_line) OVER newest AS newest_line,
      last_value(digest) OVER newest AS newest_digest
    FROM staged_stores
    WINDOW newest AS (
      PARTITION BY store_id ORDER BY source_line ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
  )

SELECT
  staged.source_line,
  staged.store_id,
  staged.customer_id,
  staged.created_at,
  staged.digest,
  staged.created_date_key,
  staged.store_name,
  staged.address,
  staged.city,
  staged.country,
  staged.typology,
  CASE
    WHEN staged.source_line <> staged.newest_line
      THEN CASE WHEN staged.digest = staged.newest_digest THEN 'already_present' ELSE 'superseded' END
    WHEN known.digest = staged.digest THEN 'already_present'
    WHEN known.digest IS NOT NULL THEN 'corrected'
    ELSE 'loaded'
  END
FROM staged
LEFT JOIN ingestion_layer.dim_stores AS known USING (store_id);
