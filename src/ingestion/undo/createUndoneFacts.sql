-- Session-private table of the facts that the run wrote, with the version that each goes back to; null for one that the run
-- added.
CREATE TEMPORARY TABLE undone_facts (
  place integer PRIMARY KEY,
  transaction_id bigint NOT NULL,
  version_id bigint
) ON COMMIT DROP;
