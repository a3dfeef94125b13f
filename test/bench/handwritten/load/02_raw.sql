-- Grain: one record of a file, as text. Not logged, since the files are still there. A record's number takes the place of
-- its line, and is drawn ten thousand at a time. Autovacuum would read along, and change plans underway.
CREATE SCHEMA raw
  CREATE UNLOGGED TABLE stores (
    record bigint GENERATED ALWAYS AS IDENTITY (START 2 CACHE 10000),
    id text,
    name text,
    address text,
    city text,
    country text,
    created_at text,
    typology text,
    customer_id text
  ) WITH (autovacuum_enabled = off)
  CREATE UNLOGGED TABLE devices (
    record bigint GENERATED ALWAYS AS IDENTITY (START 2 CACHE 10000),
    id text,
    type text,
    store_id text
  ) WITH (autovacuum_enabled = off)
  CREATE UNLOGGED TABLE transactions (
    record bigint GENERATED ALWAYS AS IDENTITY (START 2 CACHE 10000),
    id text,
    device_id text,
    product_name text,
    product_sku text,
    category_name text,
    amount text,
    status text,
    card_number text,
    cvv text,
    created_at text,
    happened_at text
  ) WITH (autovacuum_enabled = off)
