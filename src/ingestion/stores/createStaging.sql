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
  typology text NOT NULL,
  -- Filled for records that come back from quarantine.
  quarantine_id bigint,
  stated_run_id integer,
  said_at timestamptz
) ON COMMIT DELETE ROWS;

CREATE TEMPORARY TABLE IF NOT EXISTS judged_stores (
  LIKE staged_stores,
  file_id integer NOT NULL,
  outcome text NOT NULL,
  -- Something said later is there already.
  is_late boolean NOT NULL,
  -- To be noted with its line.
  is_said boolean NOT NULL GENERATED ALWAYS AS (true) STORED
) ON COMMIT DELETE ROWS;

-- The versions of the stores that the chunk says something new of, as they are to be.
CREATE TEMPORARY TABLE IF NOT EXISTS new_store_versions (LIKE ingestion_layer.dim_stores_history) ON COMMIT DELETE ROWS;
