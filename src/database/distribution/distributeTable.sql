-- Spreads a table over the nodes by one of its columns: its rows are copied, in one transaction, while all may read it and
-- nobody may write.
SELECT create_distributed_table(:table::regclass, :by::text, colocate_with => 'none', shard_count => :shards::integer);
