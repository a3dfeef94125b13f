-- Grain: one row: how many rows of a model refer to something that is not there, and the keys of the first few of them.
WITH
  failing AS (
    SELECT
      concat_ws(', ', :"key") AS key,
      row_number() OVER (ORDER BY :"key") AS place
    FROM :"model" AS checked
    WHERE :"column" IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM (SELECT :"other" FROM :"to") AS referred WHERE referred.:"other" = :"column")
  )

SELECT
  count(*) AS failures,
  coalesce(array_agg(left(key, 60) ORDER BY place) FILTER (WHERE place <= :examples::bigint), '{}') AS examples
FROM failing;
