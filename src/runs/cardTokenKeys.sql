-- Grain: one card token key that this database has met, oldest first. The one that is not retired is in use.
SELECT card_key_id, fingerprint::text AS fingerprint, created_at, retired_at
FROM operations.card_token_keys
ORDER BY card_key_id;
