-- Session-private tables that one chunk of stores passes through; emptied by every commit.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_stores (
  source_line bigint NOT NULL,
  store_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  digest uuid NOT NULL,
  created_date_key integer NOT NULL,
  store_name text NOT NULL,
  address text NOT NULL,
  city text NOT NULL,
  country text NOT NULL,
  typology text NOT NULL
) ON COMMIT DELETE ROWS;

CREATE TEMPORARY TABLE IF NOT EXISTS judged_stores (LIKE staged_stores, outcome text NOT NULL) ON COMMIT DELETE ROWS;
