-- Grain: one outcome of the chunk, with what the caller needs to go on.
SELECT
  outcome,
  count(*)::integer AS records,
  sum(amount) AS amount,
  (count(*) FILTER (WHERE is_said))::integer AS stated,
  0 AS late,
  -- As when lines of it were read again, and differ: when they were said is for the chunks before to say.
  bool_or(outcome = 'corrected' AND (left_fact).file_id = file_id) AS corrects_own_file,
  (
    count(*) FILTER (
      WHERE outcome = 'corrected' OR (NOT is_kept AND (outcome = 'superseded' OR (says_again AND is_by_itself)))
    )
  )::integer AS kept,
  min(source_line) AS first_line,
  max(transaction_id) AS highest_key,
  least(min(created_date_key), min(happened_date_key)) AS first_day,
  greatest(max(created_date_key), max(happened_date_key)) AS last_day
FROM judged_transactions
GROUP BY outcome;
