-- Grain: one staged transaction that a replay takes, with the store that its device stood in by what had been read of devices
-- when its line was: there it was sold. A full refresh, which reads it in its turn, has it the same. All of it is looked up by
-- index, line by line, whatever the planner knows of what is staged.
UPDATE staged_transactions AS staged
SET former_store_key = (
    SELECT kept.store_key
    FROM ingestion_layer.dim_devices AS devices
    JOIN ingestion_layer.dim_devices_history AS kept USING (device_key)
    WHERE devices.device_id = staged.device_id
      -- A device that waited was there when its store had come, unless that came by this replay.
      AND coalesce(
        (
          SELECT waited.resolved_run_id
          FROM operations.quarantine AS waited
          WHERE waited.file_id = kept.file_id
            AND waited.source_line = kept.source_line
            AND waited.state = 'resolved'
            AND waited.resolved_run_id <> :run_id::integer
        ),
        (
          SELECT ranges.run_id
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = kept.file_id AND ranges.first_line <= kept.source_line
          ORDER BY ranges.first_line DESC
          LIMIT 1
        ),
        (
          SELECT min(ranges.run_id)
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = kept.file_id AND ranges.stated_at = kept.stated_at
        )
      ) <= coalesce(
        (
          SELECT ranges.run_id
          FROM operations.file_ranges AS ranges
          WHERE ranges.file_id = staged.file_id
            AND ranges.first_line <= staged.source_line
            AND ranges.last_line >= staged.source_line
          ORDER BY ranges.first_line DESC
          LIMIT 1
        ),
        staged.stated_run_id
      )
    ORDER BY kept.valid_from DESC
    LIMIT 1
  );
