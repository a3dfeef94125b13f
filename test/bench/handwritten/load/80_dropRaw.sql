-- Card numbers do not stay behind.
DROP SCHEMA raw CASCADE
