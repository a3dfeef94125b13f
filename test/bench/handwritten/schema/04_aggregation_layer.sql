-- The rollups, like the fact, are made filled.
CREATE SCHEMA aggregation_layer
