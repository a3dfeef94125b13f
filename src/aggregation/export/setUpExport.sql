-- Grain: one row: the settings of a transaction that an export is read in. Dates as ISO 8601 has them, whatever the server's own
-- are; and a plan for all rows, where one for a cursor's first rows would take longer to the last.
SELECT set_config('datestyle', 'ISO', true), set_config('cursor_tuple_fraction', '1', true);
