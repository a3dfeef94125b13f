-- Grain: one file that stood at a path until now, of any source: a file that is told by its header may hold another one's
-- records now.
UPDATE operations.source_files
SET status = 'replaced'
WHERE path = :path AND status <> 'replaced';
