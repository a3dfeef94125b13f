-- Grain: one table, whose statistics are made anew.
--
-- Leaves its role until the transaction ends: before PostgreSQL 17 only a table's owner may do so, and the database's.
DO $$
BEGIN
  PERFORM set_config('role', 'none', true);
  ANALYZE :"table";
END
$$
