-- Makes one JSON of each row that is noted. The planner put the call in each place that names it: nine for a record of quarantine,
-- which has many columns, so that noting fifty thousand took five seconds for one.
CREATE OR REPLACE FUNCTION "operations"."note_run_changes"() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
  noted_run_id text := current_setting('tillhouse.run_id', true);
  key_columns text[] := string_to_array(tg_argv[0], ' ');
  noted_columns text[] := string_to_array(tg_argv[1], ' ');
BEGIN
  -- Most statements change nothing.
  IF coalesce(noted_run_id, '') = '' OR NOT EXISTS (SELECT FROM changed) THEN
    RETURN NULL;
  END IF;
  INSERT INTO operations.run_changes (run_id, table_name, row_key, before)
  SELECT
    noted_run_id::integer,
    tg_table_name,
    (SELECT jsonb_object_agg(name, rows.content -> name) FROM unnest(key_columns) AS name),
    CASE
      WHEN tg_op = 'INSERT' THEN NULL
      WHEN noted_columns IS NULL THEN rows.content
      ELSE (SELECT jsonb_object_agg(name, rows.content -> name) FROM unnest(noted_columns) AS name)
    END
  FROM (SELECT to_jsonb(changed) AS content FROM changed OFFSET 0) AS rows
  ON CONFLICT ON CONSTRAINT run_changes_pkey DO NOTHING;
  RETURN NULL;
END
$$;
