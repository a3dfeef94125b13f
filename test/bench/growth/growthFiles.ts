import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeInputFiles, SETTLED_MS, SOURCE_FILES } from "../inputFiles.ts";
import { takeChangedRows, type ChangedRows } from "./changedRows.ts";
import { cutTail } from "./cutTail.ts";

/** The same at each size, so that only history grows. */
export const GROWTH_STORES = 1_000;
export const GROWTH_DEVICES = 2_000;

/** Of so many rows of a history one is changed, at most. */
const LEAST_ROWS_A_CHANGE = 10;

/** A folder that is DATA_DIR, with a history in it, and new rows that have not been put there yet. */
export interface GrowthFiles {
  readonly folder: string;
  /** Transactions of the history. */
  readonly rows: number;
  /** Of the history's files. */
  readonly bytes: number;
  readonly newRows: number;
  /** Null where the history is too small for them. */
  readonly changes: ChangedRows | null;
  /** Puts the file with the new rows into the folder, and waits until it has settled. */
  addNewRows(): Promise<void>;
}

/**
 * Generates one run of transactions and cuts it in two: the newest rows, which have the highest ids, become a file of their
 * own. Stores and devices are the same whatever the size.
 */
export async function makeGrowthFiles(
  parent: string,
  rows: number,
  newRows: number,
  changedRows: number,
  signal: AbortSignal,
): Promise<GrowthFiles> {
  const hasChanges = rows >= LEAST_ROWS_A_CHANGE * changedRows;
  const more = hasChanges ? 2 * changedRows : 0;
  const shape = { rows: rows + newRows + more, stores: GROWTH_STORES, devices: GROWTH_DEVICES };
  const { folder } = await makeInputFiles(parent, shape, signal);
  const apart = join(parent, `new-rows-${rows}`);
  await mkdir(apart);
  const newFile = join(apart, "transactions-new.csv");
  await cutTail(join(folder, "transactions.csv"), newFile, newRows);
  const changes = hasChanges
    ? await takeChangedRows(folder, apart, changedRows, rows + changedRows, signal)
    : null;
  // A file that has nothing but its header would be read as well.
  if (rows === 0) await rm(join(folder, "transactions.csv"));
  await pause(SETTLED_MS, undefined, { signal });
  const sizes = await Promise.all(
    SOURCE_FILES.map((file) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return {
    folder,
    rows,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    newRows,
    changes,
    addNewRows: async () => {
      await copyFile(newFile, join(folder, "transactions-new.csv"));
      await pause(SETTLED_MS, undefined, { signal });
    },
  };
}
