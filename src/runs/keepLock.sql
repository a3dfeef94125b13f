-- Grain: one row: a sign of life of the session that holds a lock.
SELECT true AS alive;
