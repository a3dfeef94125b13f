-- Grain: the source; whether any of its records waits for what it refers to.
SELECT EXISTS (
  SELECT FROM operations.quarantine WHERE source = :source::operations.source AND state = 'waiting'
) AS found;
