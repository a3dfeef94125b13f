-- The dimensions of the star with Tillhouse's names and types. No key and no index: they are added as sets, after the
-- load. The fact is not here, since CREATE TABLE AS fills it faster than INSERT can.
CREATE SCHEMA ingestion_layer
  CREATE TABLE dim_customers (
    customer_key integer NOT NULL,
    customer_id bigint NOT NULL,
    run_id integer NOT NULL
  )
  CREATE TABLE dim_stores (
    store_key integer NOT NULL,
    store_id bigint NOT NULL,
    store_name text NOT NULL,
    address text NOT NULL,
    city text NOT NULL,
    country text NOT NULL,
    typology text NOT NULL,
    created_at timestamptz(6) NOT NULL,
    created_date_key integer NOT NULL,
    customer_key integer NOT NULL,
    digest uuid NOT NULL,
    run_id integer NOT NULL,
    file_id integer NOT NULL,
    source_line bigint NOT NULL
  )
  CREATE TABLE dim_devices (
    device_key integer NOT NULL,
    device_id bigint NOT NULL,
    device_type integer NOT NULL,
    store_key integer NOT NULL,
    digest uuid NOT NULL,
    run_id integer NOT NULL,
    file_id integer NOT NULL,
    source_line bigint NOT NULL,
    stated_run_id integer NOT NULL
  )
  CREATE TABLE dim_products (
    product_key integer NOT NULL,
    product_sku text NOT NULL,
    product_name text NOT NULL,
    category_name text NOT NULL,
    named_by_transaction_id bigint,
    run_id integer NOT NULL
  )
  CREATE TABLE dim_product_labels (
    label_key integer NOT NULL,
    label_digest uuid NOT NULL,
    product_key integer NOT NULL,
    product_name text NOT NULL,
    category_name text NOT NULL
  )
  CREATE TABLE dim_time (
    date_key integer NOT NULL,
    calendar_date date NOT NULL,
    year smallint NOT NULL,
    quarter smallint NOT NULL,
    month smallint NOT NULL,
    month_name text NOT NULL,
    day_of_month smallint NOT NULL,
    day_of_year smallint NOT NULL,
    iso_year smallint NOT NULL,
    iso_week smallint NOT NULL,
    iso_day_of_week smallint NOT NULL,
    day_name text NOT NULL,
    is_weekend boolean NOT NULL
  )
  -- What was not loaded, without its card.
  CREATE TABLE rejects (
    source text NOT NULL,
    source_line bigint NOT NULL,
    reason text NOT NULL,
    id text,
    refers_to text
  )
