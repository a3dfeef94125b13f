-- Takes one constraint from a table.
ALTER TABLE :"table" DROP CONSTRAINT :"constraint";
