-- Grain: the file that stands at a path, of its source.
SELECT *
FROM operations.source_files
WHERE source = :source::operations.source AND path = :path AND status <> 'replaced'
LIMIT 1;
