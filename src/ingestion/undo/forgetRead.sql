-- Grain: one record that could not be read before the run, and could by it: nothing is kept of it again but its redacted fields.
UPDATE operations.quarantine AS kept
SET
  device_id = NULL,
  store_id = NULL,
  device_type = NULL,
  product_sku = NULL,
  product_name = NULL,
  category_name = NULL,
  amount = NULL,
  status = NULL,
  card_token = NULL,
  card_key_id = NULL,
  card_last4 = NULL,
  created_at = NULL,
  happened_at = NULL,
  digest = NULL,
  label_digest = NULL
FROM operations.run_changes AS changes
WHERE changes.run_id = :run_id
  AND changes.table_name = 'quarantine'
  AND kept.quarantine_id = (changes.row_key ->> 'quarantine_id')::bigint
  AND kept.state = 'rejected'
  AND num_nonnulls(kept.digest, kept.amount) > 0;
