-- Grain: the committed chunk.
INSERT INTO operations.file_ranges (
  file_id, start_byte, end_byte, first_line, last_line, run_id, committed_at, records_read, loaded, already_present,
  corrected, superseded, rejected, warnings, applied_amount, highest_transaction_id, stated_at
)
VALUES (
  :file_id, :start_byte, :end_byte, :first_line, :last_line, :run_id, :now, :records_read, :loaded, :already_present,
  :corrected, :superseded, :rejected, :warnings, :applied_cents::numeric * 0.01, :highest_transaction_id, :stated_at
);
