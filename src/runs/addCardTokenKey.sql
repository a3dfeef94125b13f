-- Grain: the card token key that is in use from now on; the one before it has been retired.
INSERT INTO operations.card_token_keys (card_key_id, fingerprint, created_at)
SELECT coalesce(max(card_key_id), 0) + 1, :fingerprint::uuid, :now::timestamptz
FROM operations.card_token_keys
RETURNING card_key_id;
