-- Grain: one row: a sign of life of the session that holds the warehouse.
SELECT true AS alive;
