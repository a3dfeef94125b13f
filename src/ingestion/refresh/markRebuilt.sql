-- Grain: the run, by which all there is was loaded. There are no versions of before it, so it cannot be taken back; nor can
-- those before it, of which nothing is noted any more.
WITH
  forgotten AS (DELETE FROM operations.run_changes)

UPDATE operations.runs SET versions_before = NULL WHERE run_id = :run_id;
