-- Keeps chunks from being committed until they are let go on: the lock is the one that each takes before it ends (holdRollups),
-- and has until it is committed here. On the nodes it is a moment later.
SELECT pg_advisory_lock(1953066092, 2);
