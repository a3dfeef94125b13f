import { TillhouseError } from "../../lib/errors.ts";
import { openDataFile } from "../../sources/dataFile.ts";
import type { LedgerFile } from "../../runs/fileLedger.ts";
import type { DiscoveredFile } from "../../sources/discoverFiles.ts";
import { undefinedWhenGone } from "../../sources/settle.ts";
import { loadChunks } from "../loadChunks.ts";
import type { LoadContext } from "../loadContext.ts";
import { reopenSourceFile } from "../openSourceFile.ts";
import { PrefixWatch } from "../prefixWatch.ts";

/** What came of reading lines of a file again: those that could not be, and why as a clause. */
export interface ReplayedFile {
  readonly notRead: readonly number[];
  readonly why: string | null;
}

/**
 * Reads lines of a file again that quarantine holds as rejected, if the file still begins with what was read of it.
 *
 * @param fileId the file as they were read of it
 * @param lines first physical lines of the records, ascending
 * @throws what the file system answers for a file that is there and cannot be read, TillhouseError `run_stopped`,
 *   `run_lock_lost`
 */
export async function replayFile(
  file: DiscoveredFile,
  fileId: number,
  lines: readonly number[],
  context: LoadContext,
): Promise<ReplayedFile> {
  const handle = await openDataFile(file).catch(undefinedWhenGone);
  if (handle === undefined) return { notRead: lines, why: "it is gone" };
  try {
    const openedAt = context.now();
    const known = await context.ledger.findCurrent(file.source, file.path);
    if (known !== null && known.digestKey !== context.ledger.key.id)
      return { notRead: lines, why: "it was read under another LEDGER_KEY" };
    const reopened =
      known?.fileId === fileId
        ? await reopenSourceFile(handle, file, known, context.ledger, context.textLimits)
        : null;
    if (reopened === null) return { notRead: lines, why: OTHER_BYTES };
    const { opened, linesAsRead } = reopened;
    const wanted = lines.filter((line) => line <= linesAsRead);
    const notRead = lines.slice(wanted.length);
    const lastLine = wanted.at(-1);
    if (lastLine !== undefined) {
      const watch = new PrefixWatch({ ...opened, handle, openedAt }, context.now);
      const reread = { kind: "replay", lines: new Set(wanted), lastLine } as const;
      await loadChunks(file, watch, opened, reread, context, context.doneOf(file.path));
    }
    return { notRead, why: notRead.length === 0 ? null : beyondCheckpoint(opened.ledger) };
  } catch (error) {
    if (error instanceof TillhouseError && error.code === "file_changed")
      return { notRead: lines, why: "it changed while it was read" };
    throw error;
  } finally {
    await handle.close();
  }
}

const OTHER_BYTES = "it does not begin any more with what was read of it";

/** Of lines that are not of what is committed. */
function beyondCheckpoint({ unterminatedBytes }: LedgerFile): string {
  return unterminatedBytes > 0n
    ? "it goes on after what was its end"
    : "only a backfill has read it that far: npm run job:ingest loads it";
}
