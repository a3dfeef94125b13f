-- Lets chunks be committed again.
SELECT pg_advisory_unlock(1953066092, 2);
