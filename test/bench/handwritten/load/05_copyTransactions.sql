-- Grain: one record of transactions.csv.
COPY raw.transactions (
  id, device_id, product_name, product_sku, category_name, amount, status, card_number, cvv, created_at, happened_at
)
FROM STDIN (
  FORMAT csv,
  HEADER,
  FREEZE,
  FORCE_NOT_NULL (
    id, device_id, product_name, product_sku, category_name, amount, status, card_number, cvv, created_at, happened_at
  )
)
