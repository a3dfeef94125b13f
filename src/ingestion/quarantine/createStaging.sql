-- Session-private table that the rejected records of one chunk pass through, redacted before they get here.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_rejects (
  source_line bigint NOT NULL,
  reason text NOT NULL,
  column_name text,
  natural_key bigint,
  fields jsonb NOT NULL
) ON COMMIT DELETE ROWS;
