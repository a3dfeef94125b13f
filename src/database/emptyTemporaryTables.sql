-- Grain: one temporary table of this session with rows in it. They are all made to be empty after each commit, and what
-- stands for a commit inside of a transaction does not empty them.
DO $$
DECLARE
  filled record;
BEGIN
  FOR filled IN
    SELECT relname
    FROM pg_catalog.pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND pg_relation_size(oid) > 0
  LOOP
    EXECUTE format('TRUNCATE pg_temp.%I', filled.relname);
  END LOOP;
END
$$
