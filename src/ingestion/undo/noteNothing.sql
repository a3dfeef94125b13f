-- Grain: one row. What this transaction changes is not noted: a run that takes another one back is not taken back itself.
SELECT set_config('tillhouse.run_id', '', true);
