-- Grain: one day of the chunk's new facts, locked against deletion as a foreign key would lock it.
SELECT date_key
FROM ingestion_layer.dim_time
WHERE date_key = ANY (:date_keys::integer[])
ORDER BY date_key
FOR KEY SHARE;
