import type pg from "pg";
import type { LedgerKey } from "../../runs/ledgerKey.ts";
import type { TextLimits } from "../../sources/carriers/openText.ts";
import { bySourceAndPath, placeOf, type DiscoveredFile } from "../../sources/discoverFiles.ts";
import { compareFile } from "./compareFile.ts";
import { formerFiles, knownFrom, type FormerFile } from "./formerFiles.ts";
import type { FileAsThen } from "./formerOrder.ts";
import { filesMissing, type MissingFile } from "./missingFiles.ts";

/** What there is to rebuild a warehouse from. */
export interface RebuildFrom {
  /** Files that still begin with all that was loaded of them, by their ids in the ledger. */
  readonly asThen: ReadonlyMap<number, FileAsThen & { readonly former: FormerFile }>;
  /** All that can be read: those, what is new, and what holds other bytes now. Stores first, then devices, transactions. */
  readonly files: readonly DiscoveredFile[];
  /** What was loaded and cannot be loaded again as it was. */
  readonly missing: readonly MissingFile[];
}

/** What files are compared by. */
export interface RebuildRules {
  /** Absolute; what the ledger's relative paths are below. */
  readonly dataDir: string;
  readonly key: LedgerKey;
  readonly limits: TextLimits;
  /** Whether to go on without what is missing. */
  readonly allowMissing: boolean;
}

/**
 * Compares the files of the ledger with what was loaded of them, and looks for what was loaded from bytes that no file holds
 * any more. Writes nothing.
 *
 * @param found the files of DATA_DIR
 * @throws TillhouseError `files_missing`, unless that is allowed
 */
export async function rebuildFrom(
  pool: Pick<pg.Pool, "query">,
  found: readonly DiscoveredFile[],
  { dataDir, key, limits, allowMissing }: RebuildRules,
): Promise<RebuildFrom> {
  const files = new Map(found.map((file) => [file.path, file]));
  const asThen = new Map<number, FileAsThen & { former: FormerFile }>();
  const missing: MissingFile[] = [];
  const missingIds: number[] = [];
  for (const former of await formerFiles(pool)) {
    const place = { ...placeOf(dataDir, former.path), source: former.source };
    const state = await compareFile(former, place, key, limits);
    if (state.isThere) {
      asThen.set(former.fileId, { file: place, endOf: state.endOf, former });
      files.set(former.path, place);
      continue;
    }
    missing.push({ path: former.path, reason: state.reason });
    missingIds.push(former.fileId);
    if (!state.isReadable) files.delete(former.path);
    else if (!files.has(former.path)) files.set(former.path, place);
  }
  const known = await knownFrom(pool, missingIds);
  for (const { path, is_replaced: isReplaced } of known)
    if (isReplaced) missing.push({ path, reason: "held other records before" });
  if (missing.length > 0 && !allowMissing) throw filesMissing(missing, known);
  return { asThen, files: [...files.values()].sort(bySourceAndPath), missing };
}
