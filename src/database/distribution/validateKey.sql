-- Looks whether a foreign key holds for all rows, while all may read and write.
ALTER TABLE :"child" VALIDATE CONSTRAINT :"constraint";
