-- Grain: one record of devices.csv.
COPY raw.devices (id, type, store_id)
FROM STDIN (FORMAT csv, HEADER, FREEZE, FORCE_NOT_NULL (id, type, store_id))
