-- Grain: one row: whether what any waiting record of a source refers to has arrived.
SELECT EXISTS (
  SELECT
  FROM operations.quarantine AS waiting
  WHERE waiting.source = :source::operations.source
    AND waiting.state = 'waiting'
    AND EXISTS (SELECT FROM :"dimension" AS arrived WHERE arrived.:"key" = waiting.:"key")
) AS found;
