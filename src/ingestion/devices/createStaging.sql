-- Session-private tables that one chunk of devices passes through; emptied by every commit.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_devices (
  source_line bigint NOT NULL,
  device_id bigint NOT NULL,
  store_id bigint NOT NULL,
  digest uuid NOT NULL,
  device_type integer NOT NULL,
  -- Filled for records that come back from quarantine.
  quarantine_id bigint,
  file_id integer,
  stated_run_id integer,
  said_at timestamptz
) ON COMMIT DELETE ROWS;

CREATE TEMPORARY TABLE IF NOT EXISTS judged_devices (
  LIKE staged_devices,
  outcome text NOT NULL,
  store_key integer,
  -- Something said later is there already.
  is_late boolean NOT NULL,
  -- To be noted with its line.
  is_said boolean NOT NULL GENERATED ALWAYS AS (outcome <> 'unknown_store') STORED
) ON COMMIT DELETE ROWS;

-- The versions of the devices that the chunk says something new of, as they are to be.
CREATE TEMPORARY TABLE IF NOT EXISTS new_device_versions (LIKE ingestion_layer.dim_devices_history) ON COMMIT DELETE ROWS;
