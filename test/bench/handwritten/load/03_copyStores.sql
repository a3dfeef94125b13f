-- Grain: one record of stores.csv. Frozen, since the table was made in this transaction: no reader has to mark rows as seen.
COPY raw.stores (id, name, address, city, country, created_at, typology, customer_id)
FROM STDIN (FORMAT csv, HEADER, FREEZE, FORCE_NOT_NULL (id, name, address, city, country, created_at, typology, customer_id))
