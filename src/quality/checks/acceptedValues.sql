-- Grain: one row: how many rows of a model have a value in a column that is not accepted, null left out, and the keys of the first few of them.
WITH
  failing AS (
    SELECT
      concat_ws(', ', :"key") AS key,
      row_number() OVER (ORDER BY :"key") AS place
    FROM :"model" AS checked
    WHERE CAST(:"column" AS :"type") <> ALL (CAST(:values::text[] AS :"type"[]))
  )

SELECT
  count(*) AS failures,
  coalesce(array_agg(left(key, 60) ORDER BY place) FILTER (WHERE place <= :examples::bigint), '{}') AS examples
FROM failing;
