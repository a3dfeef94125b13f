-- Grain: one of the three things that become of a payment attempt.
CREATE TYPE ingestion_layer.transaction_status AS ENUM ('accepted', 'refused', 'cancelled')
