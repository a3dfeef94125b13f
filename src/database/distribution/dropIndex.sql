-- Drops an index that was broken off while it was made.
DROP INDEX IF EXISTS :"index";
