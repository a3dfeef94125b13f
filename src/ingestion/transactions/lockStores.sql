-- Grain: one store of the chunk's new facts, locked against deletion as a foreign key would lock it.
SELECT store_key
FROM ingestion_layer.dim_stores
WHERE store_key = ANY (:store_keys::integer[])
ORDER BY store_key
FOR KEY SHARE;
