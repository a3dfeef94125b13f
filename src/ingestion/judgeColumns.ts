import { TillhouseError } from "../lib/errors.ts";
import { changesInWords } from "../sources/columnChanges.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { otherColumns, type ChangedColumns } from "./comparedWithLast.ts";
import type { DoneOfFile } from "./doneOfFile.ts";
import type { LoadContext } from "./loadContext.ts";
import type { ReadableFile } from "./openSourceFile.ts";
import type { FileToLoad } from "./refresh/filePart.ts";

/**
 * Does with a file whose columns have changed what is asked for of its source. What was let in before is let in again by a
 * refresh.
 *
 * @throws TillhouseError `schema_changed` where such a file is not to be loaded
 */
export async function judgeColumns(
  file: FileToLoad,
  { changed, ledger: { fileId }, startByte }: ReadableFile,
  context: LoadContext,
  done: DoneOfFile,
): Promise<void> {
  // It may have been opened before as what it is no more; one that goes on is what it was.
  if (startByte === 0) done.noteColumns(null, false);
  const policy = context.schemaPolicies[file.source];
  if (changed === null || policy === "ignore") return;
  const isLoaded = policy === "warn" || file.part !== undefined;
  await keepChanges(file, { changed, fileId }, isLoaded, context, done);
  if (isLoaded) return;
  const refusal =
    `it has ${otherColumns(file, changed)} (${changesInWords(changed.changes).join("; ")}), and SCHEMA_CHANGES refuses that. ` +
    "Nothing of it is loaded. To let it in: SCHEMA_CHANGES=warn npm run job:ingest";
  await context.ledger.fail(fileId, refusal);
  throw new TillhouseError("schema_changed", `${file.path}: ${refusal}`, { path: file.path });
}

/** Keeps what has changed about the columns of a file that is refused because of its header. */
export async function keepChangesOfRefused(
  file: DiscoveredFile,
  error: TillhouseError,
  context: LoadContext,
  done: DoneOfFile,
): Promise<void> {
  const { changed, fileId } = error.details as Partial<ChangedFile>;
  if (changed === undefined || fileId === undefined || context.schemaPolicies[file.source] === "ignore")
    return;
  await keepChanges(file, { changed, fileId }, false, context, done);
}

/** A file whose columns have changed, as the ledger has it. */
export interface ChangedFile {
  readonly changed: ChangedColumns;
  readonly fileId: number;
}

async function keepChanges(
  { source }: DiscoveredFile,
  { changed, fileId }: ChangedFile,
  isLoaded: boolean,
  { ledger, runId }: LoadContext,
  done: DoneOfFile,
): Promise<void> {
  done.noteColumns(changed, isLoaded);
  await ledger.keepColumnChanges(runId, { source, fileId, ...changed });
}
