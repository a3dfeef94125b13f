-- Grain: one file that stands at a path and is loaded to its end.
SELECT * FROM operations.source_files WHERE path = :path AND status = 'loaded';
