-- Grain: one row: whether a view reads a table that is spread over nodes, itself or by what it reads: not by a function, which
-- no view of ours calls. Only where there is Citus.
WITH RECURSIVE
  read AS (
    SELECT :view::regclass::oid AS relation
    UNION
    SELECT pg_depend.refobjid
    FROM read
    JOIN pg_catalog.pg_rewrite ON pg_rewrite.ev_class = read.relation
    JOIN pg_catalog.pg_depend
      ON pg_depend.classid = 'pg_rewrite'::regclass
      AND pg_depend.objid = pg_rewrite.oid
      AND pg_depend.refclassid = 'pg_class'::regclass
  )

SELECT EXISTS (
    SELECT
    FROM read
    JOIN pg_catalog.pg_dist_partition ON logicalrelid = read.relation
  ) AS reads_facts;
