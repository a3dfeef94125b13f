-- Grain: one quarantined record that was read of an unterminated line, which is being read again: what the line is now
-- says all there is to say.
UPDATE operations.quarantine
SET state = 'obsolete'
WHERE file_id = :file_id AND source_line > :lines_before AND state IN ('waiting', 'rejected');
