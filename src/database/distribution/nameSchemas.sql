-- Says until the transaction ends which schemas are ours.
SELECT set_config('tillhouse.schemas', :schemas::text[]::text, true);
