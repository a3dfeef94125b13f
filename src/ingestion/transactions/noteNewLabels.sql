-- Grain: one label of the transactions that were found to be new without being staged.
INSERT INTO applied_labels (label_digest, product_sku, product_name, category_name, highest_transaction_id)
SELECT *
FROM unnest(
  :label_digests::uuid[],
  :product_skus::text[],
  :product_names::text[],
  :category_names::text[],
  :highest_transaction_ids::bigint[]
);
