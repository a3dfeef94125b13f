-- What Prisma cannot say: rules that hold for every row, whoever writes it.

-- Every record has exactly one outcome.
ALTER TABLE operations.runs ADD CONSTRAINT runs_one_outcome_a_record
  CHECK (records_read = loaded + already_present + corrected + superseded + rejected);
ALTER TABLE operations.run_files ADD CONSTRAINT run_files_one_outcome_a_record
  CHECK (records_read = loaded + already_present + corrected + superseded + rejected);
ALTER TABLE operations.source_files ADD CONSTRAINT source_files_one_outcome_a_record
  CHECK (records_read = loaded + already_present + corrected + superseded + rejected);
ALTER TABLE operations.file_ranges ADD CONSTRAINT file_ranges_one_outcome_a_record
  CHECK (records_read = loaded + already_present + corrected + superseded + rejected);

-- A committed range is a piece of a file, and a checkpoint never goes back before the start.
ALTER TABLE operations.file_ranges ADD CONSTRAINT file_ranges_is_a_range
  CHECK (start_byte >= 0 AND end_byte > start_byte AND first_line >= 1 AND last_line >= first_line);
ALTER TABLE operations.source_files ADD CONSTRAINT source_files_committed_within
  CHECK (committed_bytes >= 0 AND committed_lines >= 0);

-- One row of the ledger is current at a path.
CREATE UNIQUE INDEX source_files_current_path ON operations.source_files (source, path) WHERE status <> 'replaced';

-- A resolved record says which run loaded it; no other does.
ALTER TABLE operations.quarantine ADD CONSTRAINT quarantine_resolved_by_a_run
  CHECK ((state = 'resolved') = (resolved_run_id IS NOT NULL));

-- Waiting records are looked up by what they wait for.
CREATE INDEX quarantine_waiting_for_device ON operations.quarantine (device_id) WHERE state = 'waiting';
CREATE INDEX quarantine_waiting_for_store ON operations.quarantine (store_id) WHERE state = 'waiting';

-- Amounts are what was asked for, never negative; a token always names its key, and last four digits are four.
ALTER TABLE ingestion_layer.fct_transactions ADD CONSTRAINT fct_transactions_amount_not_negative
  CHECK (amount >= 0);
ALTER TABLE ingestion_layer.fct_transactions ADD CONSTRAINT fct_transactions_card_whole_or_absent
  CHECK ((card_token IS NULL) = (card_key_id IS NULL) AND (card_token IS NULL) = (card_last4 IS NULL));
ALTER TABLE ingestion_layer.fct_transactions ADD CONSTRAINT fct_transactions_card_last4_is_four_digits
  CHECK (card_last4 ~ '^[0-9]{4}$');

-- A day's key is the day.
ALTER TABLE ingestion_layer.dim_time ADD CONSTRAINT dim_time_key_is_the_day
  CHECK (date_key = extract(year FROM calendar_date) * 10000 + extract(month FROM calendar_date) * 100 + extract(day FROM calendar_date));

-- The one lock that every load takes.
INSERT INTO operations.run_locks (name, fencing_token) VALUES ('warehouse', 0);
