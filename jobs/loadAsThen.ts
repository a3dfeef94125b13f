import type { LoadedAgain } from "../src/ingestion/refresh/clearWarehouse.ts";
import type { RebuildFrom } from "../src/ingestion/refresh/filesAsThen.ts";
import type { FileToLoad } from "../src/ingestion/refresh/filePart.ts";
import { formerOrder } from "../src/ingestion/refresh/formerOrder.ts";
import { formerParts, type FormerFile } from "../src/ingestion/refresh/formerFiles.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import type { LedgerFile } from "../src/runs/fileLedger.ts";
import type { RunLog } from "../src/runs/runLog.ts";
import { bySourceAndPath } from "../src/sources/discoverFiles.ts";
import type { FileReport } from "./ingestReport.ts";
import { loadSources, type LoadedSources, type LoadRules } from "./loadSources.ts";

/**
 * Loads all files anew into a warehouse that is cleared first: what was loaded before in the order in which that was, with
 * the moments that its records were said at then; after it what is new, or holds other bytes now.
 *
 * @throws whatever stops a file or the run, and TillhouseError `file_changed` when a file is not what it was compared as any more
 */
export async function loadAsThen(
  rules: LoadRules,
  run: RunLog,
  { asThen, files }: RebuildFrom,
  work: { readonly clear: () => Promise<void>; readonly isBrokenOff: () => boolean },
): Promise<LoadedAsThen> {
  const allParts = await formerParts(rules.pool);
  const rounds = formerOrder(allParts, asThen);
  await run.step("clear warehouse", work.clear);
  const former = new Map([...asThen.values()].map((one) => [one.former.path, one.former]));
  const reports = new Map<string, FileReport>();
  let resolved = 0;
  const load = async (round: readonly FileToLoad[]): Promise<void> => {
    const snapshotOf: LoadRules["snapshotOf"] = (path) => {
      const known = former.get(path);
      return known === undefined ? rules.snapshotOf(path) : known.snapshotAt;
    };
    const loaded = await loadSources({ ...rules, snapshotOf }, run, round, work.isBrokenOff);
    const { failure } = loaded;
    if (failure !== undefined) throw failure instanceof Error ? failure : new Error(publicMessage(failure));
    resolved += loaded.resolved;
    for (const report of loaded.files) {
      // What is reported of a file is all that the run did with it by then, but for the time that took.
      const durationMs = (reports.get(report.path)?.durationMs ?? 0) + report.durationMs;
      reports.set(report.path, { ...report, durationMs });
    }
  };
  for (const round of rounds) await load(round);
  const isDone = new Set<string>();
  const again: LoadedAgain["files"][number][] = [];
  const idsNow = new Map<number, number>();
  for (const file of former.values()) {
    const now = await loadedAsThen(file, rules);
    if (now === undefined) continue;
    idsNow.set(file.fileId, now.fileId);
    if (now.status !== "loaded") continue;
    isDone.add(file.path);
    again.push({ fileId: now.fileId, formerId: file.fileId });
  }
  await load(files.filter(({ path }) => !isDone.has(path)));
  const parts = allParts.flatMap((part) => {
    const fileId = idsNow.get(part.fileId);
    return fileId === undefined ? [] : [{ ...part, fileId }];
  });
  return { files: [...reports.values()].sort(bySourceAndPath), resolved, again: { parts, files: again } };
}

/** What was loaded. */
export interface LoadedAsThen extends Pick<LoadedSources, "files" | "resolved"> {
  readonly again: LoadedAgain;
}

/**
 * Makes sure that what is loaded of a file by now is what was loaded before.
 *
 * @returns the file as the ledger has it now; undefined where nothing was committed of it
 */
async function loadedAsThen(former: FormerFile, { ledger }: LoadRules): Promise<LedgerFile | undefined> {
  const { source, path, committedBytes, committedDigest, digestKey } = former;
  if (committedBytes === 0n) return undefined;
  const now = await ledger.findCurrent(source, path);
  // Under no key: its digest was plain, and has been keyed since. Under another one, it is known by its size and times.
  const isSame =
    digestKey === ledger.key.id
      ? now?.committedDigest === committedDigest
      : digestKey === null || now?.status === "loaded";
  if (now?.committedBytes === committedBytes && isSame) return now;
  throw new TillhouseError(
    "file_changed",
    `${path}: changed since it was compared with what had been loaded of it.`,
    { path },
  );
}
