-- Grain: the card token key in use. Facts keep their tokens under it.
UPDATE operations.card_token_keys
SET retired_at = :now::timestamptz
WHERE retired_at IS NULL
RETURNING card_key_id;
