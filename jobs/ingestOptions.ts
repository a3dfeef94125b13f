import type { BackfillRange } from "./backfillRange.ts";
import type { Selection } from "./selection.ts";

/** What a run of the ingest job is asked for. */
export interface IngestOptions {
  /** Files to load instead of those of DATA_DIR; taken at once, however young. */
  readonly files: readonly string[];
  /** What the records of all files are of, instead of what the files' names or times say. */
  readonly asOf?: Date | undefined;
  /** A backfill: the transactions to take, of files that are read from their start, whatever was read of them before. */
  readonly range?: BackfillRange | undefined;
  /** Does all of it, reports it and undoes it: the database is as it was. */
  readonly dryRun?: boolean | undefined;
  /** What of the pipeline to run, sources among it; absent: the ingestion layer. */
  readonly selection?: Selection | undefined;
}
