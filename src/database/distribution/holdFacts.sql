-- Keeps chunks from being committed until they are let go on: the lock is the one that each takes before it ends
-- (holdRollups), and none has it who is not whole on all nodes.
SELECT pg_advisory_lock(1953066092, 2);
