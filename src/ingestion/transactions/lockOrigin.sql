-- Grain: what the chunk's new facts come from: run, file and, where one has a card, the card token key; each locked
-- against deletion as a foreign key would lock it.
WITH
  this_run AS MATERIALIZED (SELECT run_id FROM operations.runs WHERE run_id = :run_id::integer FOR KEY SHARE),
  this_file AS MATERIALIZED (
    SELECT file_id FROM operations.source_files WHERE file_id = :file_id::integer FOR KEY SHARE
  ),
  card_key AS MATERIALIZED (
    SELECT card_key_id FROM operations.card_token_keys WHERE card_key_id = :card_key_id::smallint FOR KEY SHARE
  )

SELECT
  EXISTS (SELECT FROM this_run) AS has_run,
  EXISTS (SELECT FROM this_file) AS has_file,
  EXISTS (SELECT FROM card_key) AS has_card_key;
