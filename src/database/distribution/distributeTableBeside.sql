-- The same of one whose rows are to lie on the nodes of another one's with the same value.
SELECT create_distributed_table(:table::regclass, :by::text, colocate_with => :beside::text);
