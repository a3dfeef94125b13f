import type { DiscoveredFile } from "../../sources/discoverFiles.ts";
import { SOURCES } from "../../sources/contracts.ts";
import type { FilePart, FileToLoad } from "./filePart.ts";
import type { FormerPart } from "./formerFiles.ts";

/** A file that is loaded again as it was loaded before. */
export interface FileAsThen {
  readonly file: DiscoveredFile;
  /** The file as it looks, where it ends as it did then. */
  readonly endOf: FilePart["endOf"];
}

/**
 * What was loaded before, in rounds that are each loaded as a run loads: stores, what waits for them, devices, what waits
 * for those, transactions. A round is a former run; runs that brought nothing but transactions go with the one before them.
 * So whatever followed something else follows it again: a sale is booked at the store that its device stood in then, and
 * the versions of a record come in the order in which they came.
 *
 * @param parts in the order in which they were committed
 * @param files by the id that they had in the ledger; parts of others are left out
 */
export function formerOrder(
  parts: readonly FormerPart[],
  files: ReadonlyMap<number, FileAsThen>,
): readonly (readonly FileToLoad[])[] {
  const lastOf = new Map<number, FormerPart>();
  const isAsThen = ({ fileId, isEnd }: FormerPart): boolean => {
    const found = files.get(fileId);
    // What a file ended in without a line end is read with what follows it, where something does.
    return found !== undefined && (!isEnd || found.endOf !== null);
  };
  const kept = parts.filter(isAsThen);
  for (const part of kept) lastOf.set(part.fileId, part);

  const rounds: FileToLoad[][] = [];
  let before: FormerPart | undefined;
  let chunkEnds = new Set<number>();
  for (const part of kept) {
    const found = files.get(part.fileId);
    if (found === undefined) continue;
    const goesOn = before !== undefined && continues(before, part);
    if (!goesOn) chunkEnds = new Set();
    chunkEnds.add(part.endByte);
    const endOf = lastOf.get(part.fileId) === part ? found.endOf : null;
    const toLoad: FileToLoad = { ...found.file, part: { chunkEnds, statedAt: part.statedAt, endOf } };
    if (before === undefined || beginsRound(before, part)) rounds.push([]);
    if (goesOn) rounds.at(-1)?.pop();
    rounds.at(-1)?.push(toLoad);
    before = part;
  }
  return rounds;
}

/** Loads of one run are in the order of the sources; after a refresh all are of one. */
function beginsRound(before: FormerPart, part: FormerPart): boolean {
  if (part.source === "transactions") return false;
  return part.runId !== before.runId || SOURCES.indexOf(part.source) < SOURCES.indexOf(before.source);
}

/** Chunks of one load. */
function continues(before: FormerPart, part: FormerPart): boolean {
  const { fileId, runId, statedAt } = before;
  return part.fileId === fileId && part.runId === runId && part.statedAt === statedAt && !part.isEnd;
}
