-- Grain: one row. One of the rollups of sums, under natural keys.
SELECT
  count(*) AS rows,
  md5(
    string_agg(
      concat_ws(
        '|',
        dimension.:"natural_key",
        accepted_transactions,
        accepted_transacted_amount,
        refused_transactions,
        refused_transacted_amount,
        cancelled_transactions,
        cancelled_transacted_amount
      ),
      E'\n'
      ORDER BY dimension.:"natural_key"::text COLLATE "C"
    )
  ) AS hash
FROM :"table"
JOIN :"dimension" AS dimension USING (:"key")
