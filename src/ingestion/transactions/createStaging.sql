-- Session-private tables that one chunk of transactions passes through. They are temporary, so that none of it is left
-- behind whatever dies, and emptied by every commit. No card number and no raw line ever reaches them.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_transactions (
  source_line bigint NOT NULL,
  transaction_id bigint NOT NULL,
  device_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  happened_at timestamptz NOT NULL,
  digest uuid NOT NULL,
  label_digest uuid NOT NULL,
  card_token uuid,
  created_date_key integer NOT NULL,
  happened_date_key integer NOT NULL,
  status ingestion_layer.transaction_status NOT NULL,
  amount numeric(18, 2) NOT NULL,
  card_last4 text,
  file_id integer NOT NULL,
  card_key_id smallint,
  stated_run_id integer NOT NULL,
  -- Filled for records that come back from quarantine.
  quarantine_id bigint,
  said_at timestamptz,
  -- Of those that a replay takes.
  former_store_key integer
) ON COMMIT DELETE ROWS;

CREATE TEMPORARY TABLE IF NOT EXISTS judged_transactions (
  LIKE staged_transactions,
  outcome text NOT NULL,
  device_key integer,
  store_key integer,
  -- The fact that is there already, where it is to be corrected, as it was: so that it is looked up once.
  left_fact ingestion_layer.fct_transactions,
  -- Says again, later, what the fact says.
  says_again boolean NOT NULL,
  -- What it says again is of no stretch: it was in quarantine, is read by a backfill, or has no end yet.
  is_by_itself boolean NOT NULL,
  -- When the fact that is there was said, where the record says otherwise.
  fact_stated_at timestamptz,
  -- The version that it would leave is kept already.
  is_kept boolean NOT NULL,
  -- Of a boolean the planner expects half the rows, of a text hardly any, whatever is there.
  corrects boolean NOT NULL GENERATED ALWAYS AS (outcome = 'corrected') STORED,
  waits boolean NOT NULL GENERATED ALWAYS AS (outcome = 'unknown_device') STORED,
  -- To be noted with its line.
  is_said boolean NOT NULL GENERATED ALWAYS AS (says_again AND NOT is_by_itself) STORED
) ON COMMIT DELETE ROWS;

-- The labels of the staged transactions, each once.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_labels (
  label_digest uuid NOT NULL,
  product_sku text NOT NULL,
  product_name text NOT NULL,
  category_name text NOT NULL
) ON COMMIT DELETE ROWS;
