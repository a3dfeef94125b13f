-- Gives the database what the server has of Citus.
CREATE EXTENSION IF NOT EXISTS citus;
