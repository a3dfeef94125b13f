-- Grain: one way in which the file writes a (SKU, name, category). Whatever depends on these alone is worked out here, once a
-- label rather than once a sale: it is checked, numbered, and hashed; what looks like a card number is masked.
CREATE UNLOGGED TABLE raw.labels AS
WITH
  -- Materialized, or the tests would sink into the reading of every record.
  written AS MATERIALIZED (
    SELECT
      product_sku AS written_sku,
      product_name AS written_name,
      category_name AS written_category,
      btrim(product_sku) AS product_sku,
      btrim(product_name) AS trimmed_name,
      btrim(category_name) AS trimmed_category
    FROM raw.transactions
    GROUP BY product_sku, product_name, category_name
  ),

  masked AS (
    SELECT
      *,
      CASE
        WHEN trimmed_name ~ '[0-9]([-[:space:]._/,]{0,3}[0-9]){11,}' THEN regexp_replace(trimmed_name, '[0-9]', '*', 'g')
        ELSE trimmed_name
      END AS product_name,
      CASE
        WHEN trimmed_category ~ '[0-9]([-[:space:]._/,]{0,3}[0-9]){11,}' THEN regexp_replace(trimmed_category, '[0-9]', '*', 'g')
        ELSE trimmed_category
      END AS category_name
    FROM written
  ),

  texts AS (
    SELECT
      *,
      concat_ws(E'\x1f', length(product_sku), product_sku, length(product_name), product_name, category_name) AS label_text
    FROM masked
    WHERE product_sku <> ''
      AND length(product_sku) <= 64
      AND product_sku !~ '^([^0-9]*[0-9]){15}'
      AND length(product_name) <= 1000
      AND length(category_name) <= 1000
  )

SELECT
  row_number() OVER ()::integer AS label_number,
  written_sku,
  written_name,
  written_category,
  product_sku,
  product_name,
  category_name,
  label_text,
  encode(substr(sha256(convert_to(label_text, 'UTF8')), 1, 16), 'hex')::uuid AS label_digest,
  (dense_rank() OVER (ORDER BY label_text COLLATE "C"))::integer AS label_key,
  (dense_rank() OVER (ORDER BY product_sku COLLATE "C"))::integer AS product_key
FROM texts
