-- Grain: one row. In the rest of this transaction no statement takes longer than so many milliseconds.
SELECT set_config('statement_timeout', :milliseconds::text, true);
