-- Grain: one known label of the chunk, as it stands; `lockLabels` has the last word on it.
SELECT label_digest, label_key, product_key
FROM ingestion_layer.dim_product_labels
WHERE label_digest = ANY (:label_digests::uuid[]);
