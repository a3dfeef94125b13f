-- Grain: one fact whose days are not those of its times (UTC), or whose card is neither whole nor absent. Days that the
-- calendar lacks are found by keysOfFacts.
WITH
  -- Before they are put in order: to find the first of none, nodes would join one by one.
  different AS MATERIALIZED (
    SELECT
      facts.transaction_id,
      'transaction ' || facts.transaction_id AS subject,
      concat_ws(
        ' ',
        to_char(facts.happened_at AT TIME ZONE 'UTC', 'YYYYMMDD'),
        to_char(facts.created_at AT TIME ZONE 'UTC', 'YYYYMMDD'),
        'card',
        CASE WHEN facts.card_token IS NULL THEN 'absent' ELSE 'whole' END
      ) AS expected,
      concat_ws(
        ' ',
        facts.happened_date_key,
        facts.created_date_key,
        'card',
        CASE
          WHEN num_nulls(facts.card_token, facts.card_key_id, facts.card_last4) = 3 THEN 'absent'
          WHEN facts.card_token IS NULL THEN 'without its token'
          WHEN facts.card_key_id IS NULL THEN 'without its key'
          WHEN facts.card_last4 ~ '^[0-9]{4}$' THEN 'whole'
          ELSE 'without its last four digits'
        END
      ) AS actual
    FROM ingestion_layer.fct_transactions AS facts
    LEFT JOIN ingestion_layer.dim_time AS happened ON happened.date_key = facts.happened_date_key
    LEFT JOIN ingestion_layer.dim_time AS created ON created.date_key = facts.created_date_key
    WHERE happened.calendar_date <> (facts.happened_at AT TIME ZONE 'UTC')::date
      OR created.calendar_date <> (facts.created_at AT TIME ZONE 'UTC')::date
      OR num_nulls(facts.card_token, facts.card_key_id, facts.card_last4) NOT IN (0, 3)
      OR facts.card_last4 !~ '^[0-9]{4}$'
  )

SELECT subject, expected, actual
FROM different
ORDER BY transaction_id
LIMIT :limit::integer;
