-- Grain: one row that a run changed, of runs older than the latest :kept that something is noted of. One look-up a run.
WITH RECURSIVE
  noted AS (
    SELECT max(run_id) AS run_id, 1 AS place FROM operations.run_changes
    UNION ALL
    SELECT
      (SELECT max(changes.run_id) FROM operations.run_changes AS changes WHERE changes.run_id < noted.run_id),
      noted.place + 1
    FROM noted
    WHERE noted.run_id IS NOT NULL AND noted.place <= :kept::integer
  )

DELETE FROM operations.run_changes
WHERE run_id <= (SELECT run_id FROM noted WHERE place = :kept::integer + 1);
