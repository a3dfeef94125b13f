-- Grain: one row of a table that is filled anew. No TRUNCATE: readers go on reading what was there, and wait for nothing.
DELETE FROM :"table";
