-- Puts an index in the place of the one that a primary key has.
ALTER TABLE :"table"
  DROP CONSTRAINT :"key",
  ADD CONSTRAINT :"key" PRIMARY KEY USING INDEX :"index";
