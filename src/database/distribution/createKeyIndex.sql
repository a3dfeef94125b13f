-- Makes the index that a wider primary key is to have, while all may read and write.
CREATE UNIQUE INDEX CONCURRENTLY :"index" ON :"table" (:"columns");
