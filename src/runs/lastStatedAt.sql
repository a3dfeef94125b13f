-- Grain: the last committed chunk of a file.
SELECT (extract(epoch FROM stated_at) * 1000000)::bigint AS micros
FROM operations.file_ranges
WHERE file_id = :file_id
ORDER BY first_line DESC
LIMIT 1;
