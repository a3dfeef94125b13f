-- Grain: one version that is not so any more, or not for the same time.
DELETE FROM :"history" AS kept
WHERE kept.:"key" IN (SELECT wanted.:"key" FROM :"wanted" AS wanted)
  AND NOT EXISTS (
    SELECT
    FROM :"wanted" AS wanted
    -- By the key, so that they are not compared each with each.
    WHERE wanted.:"key" = kept.:"key" AND wanted.valid_from = kept.valid_from AND wanted IS NOT DISTINCT FROM kept
  );
