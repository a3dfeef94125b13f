-- Grain: the card token key of this database. There is one, the first that it meets.
INSERT INTO operations.card_token_keys (card_key_id, fingerprint, created_at)
VALUES (1, :fingerprint::uuid, :now)
RETURNING card_key_id;
