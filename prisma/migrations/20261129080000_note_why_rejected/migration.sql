-- A replay may change why a record is in quarantine, and what is kept of it: a run that is taken back puts that back too. What
-- can be read of a record is not noted: before it could be read, there was none of that.
DROP TRIGGER "quarantine_note_updated" ON "operations"."quarantine";
CREATE TRIGGER "quarantine_note_updated" AFTER UPDATE ON "operations"."quarantine" REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "operations"."note_run_changes"(
    'quarantine_id', 'state resolved_run_id resolved_outcome reason column_name natural_key fields'
  );
ALTER TABLE "operations"."quarantine" ENABLE ALWAYS TRIGGER "quarantine_note_updated";
