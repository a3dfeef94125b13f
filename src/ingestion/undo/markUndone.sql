-- Grain: the run that is taken back, with what was noted of it.
WITH
  forgotten AS (DELETE FROM operations.run_changes WHERE run_id = :run_id)

UPDATE operations.runs SET status = 'undone' WHERE run_id = :run_id AND status <> 'undone';
