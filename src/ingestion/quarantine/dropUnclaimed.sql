-- Grain: one staged record whose line needs nobody any more: a record with its id has been taken since the line was asked for.
DELETE FROM :"staged" WHERE quarantine_id IS NULL;
