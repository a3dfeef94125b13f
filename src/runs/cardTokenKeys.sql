-- Grain: one card token key that this database has met.
SELECT card_key_id, fingerprint::text AS fingerprint FROM operations.card_token_keys ORDER BY card_key_id;
