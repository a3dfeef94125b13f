-- Grain: one row. All facts under natural keys, hashed in order of their ids, ten thousand at a time: the text of all of them
-- at once would be too long.
SELECT
  count(*) AS blocks,
  sum(facts)::text AS facts,
  sum(amount)::text AS amount,
  md5(string_agg(hash, '' ORDER BY block)) AS hash
FROM (
  SELECT
    facts.transaction_id / 10000 AS block,
    count(*) AS facts,
    sum(facts.amount) AS amount,
    md5(
      string_agg(
        concat_ws(
          '|',
          facts.transaction_id,
          facts.digest,
          coalesce(facts.card_token::text, '-'),
          coalesce(facts.card_last4, '-'),
          facts.amount,
          facts.status,
          stores.store_id,
          devices.device_id,
          products.product_sku,
          labels.label_digest,
          happened.calendar_date,
          created.calendar_date,
          facts.happened_at AT TIME ZONE 'UTC',
          facts.created_at AT TIME ZONE 'UTC'
        ),
        E'\n'
        ORDER BY facts.transaction_id
      )
    ) AS hash
  FROM ingestion_layer.fct_transactions AS facts
  LEFT JOIN ingestion_layer.dim_stores AS stores USING (store_key)
  LEFT JOIN ingestion_layer.dim_devices AS devices USING (device_key)
  LEFT JOIN ingestion_layer.dim_products AS products USING (product_key)
  LEFT JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
  LEFT JOIN ingestion_layer.dim_time AS happened ON happened.date_key = facts.happened_date_key
  LEFT JOIN ingestion_layer.dim_time AS created ON created.date_key = facts.created_date_key
  GROUP BY block
) AS blocks
