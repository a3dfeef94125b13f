-- Grain: one row: how many rows of a model have a value outside of a range, null left out, and the keys of the first few of them.
WITH
  failing AS (
    SELECT
      concat_ws(', ', :"key") AS key,
      row_number() OVER (ORDER BY :"key") AS place
    FROM :"model" AS checked
    WHERE CAST(:"column" AS :"type") < CAST(:min::text AS :"type")
      OR CAST(:"column" AS :"type") > CAST(:max::text AS :"type")
  )

SELECT
  count(*) AS failures,
  coalesce(array_agg(left(key, 60) ORDER BY place) FILTER (WHERE place <= :examples::bigint), '{}') AS examples
FROM failing;
