-- Frees what the copy that a distributed table has left behind takes on the coordinator.
SELECT truncate_local_data_after_distributing_table(:table::regclass);
