import type pg from "pg";
import type { SchemaPolicies } from "../config/schemaPolicies.ts";
import type { Logger } from "../lib/logger.ts";
import type { FileLedger } from "../runs/fileLedger.ts";
import type { UsualLoads } from "../runs/usualLoads.ts";
import type { TextLimits } from "../sources/carriers/openText.ts";
import type { RecordRange } from "../sources/recordRange.ts";
import type { RunContext } from "./commitChunk.ts";
import type { DoneOfFile } from "./doneOfFile.ts";
import type { LoaderPool } from "./loaderPool.ts";
import type { Progress } from "./progress.ts";

/** What loading needs besides the file. */
export interface LoadContext extends RunContext {
  readonly pool: pg.Pool;
  readonly ledger: FileLedger;
  readonly logger: Logger;
  /** The loaders for a file of which so many bytes are to be read. Throws `config_invalid` when what is declared of checks is wrong. */
  readonly loadersFor: (bytes: number) => Promise<LoaderPool>;
  readonly textLimits: TextLimits;
  readonly maxRecordBytes: number;
  readonly chunkRecords: number;
  /** What is done with a file whose columns have changed, by source. */
  readonly schemaPolicies: SchemaPolicies;
  /** How long a file that changed while it was read is left to whoever writes it, before it is opened again. */
  readonly reopenAfterMs: number;
  /** Aborted: the chunk in hand is finished, then the run stops. */
  readonly signal: AbortSignal;
  /** What the run has committed of the file at a path, as far as it was told; added to here. */
  readonly doneOf: (path: string) => DoneOfFile;
  /** The moment that the records of the file at a path are of; null where its mtime has to do. */
  readonly snapshotOf: (path: string) => Date | null;
  /** What is usual for a file of each source; added to here. */
  readonly usualLoads: UsualLoads;
  /** The transactions to take, of files that are read from their start, whatever was read of them before. Absent: what is new. */
  readonly range?: RecordRange | undefined;
  /** Told after each committed chunk. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
