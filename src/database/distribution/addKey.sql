-- Gives a table a foreign key, which holds for what is written from now on. Locks both tables against writers, for a moment.
ALTER TABLE :"child"
  ADD CONSTRAINT :"constraint" FOREIGN KEY (:"child_column") REFERENCES :"parent" (:"parent_column")
  ON DELETE RESTRICT ON UPDATE RESTRICT NOT VALID;
