-- Grain: one row: how many keys stand in more than one row of a model, those with a null left out, and the first few of them.
WITH
  repeated AS (
    SELECT
      concat_ws(', ', :"columns") AS key,
      row_number() OVER (ORDER BY :"columns") AS place
    FROM :"model" AS checked
    WHERE num_nulls(:"columns") = 0
    GROUP BY :"columns"
    HAVING count(*) > 1
  )

SELECT
  count(*) AS failures,
  coalesce(array_agg(left(key, 60) ORDER BY place) FILTER (WHERE place <= :examples::bigint), '{}') AS examples
FROM repeated;
