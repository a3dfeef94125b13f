-- Grain: one row: how many facts go, and how many go back to an earlier version.
SELECT
  (count(*) FILTER (WHERE version_id IS NULL))::integer AS added,
  count(version_id)::integer AS corrected
FROM undone_facts;
