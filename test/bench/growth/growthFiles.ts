import {
  copyFile,
  mkdir,
  open,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeInputFiles, SETTLED_MS, SOURCE_FILES } from "../inputFiles.ts";

/** The same at each size, so that only history grows. */
export const GROWTH_STORES = 1_000;
export const GROWTH_DEVICES = 2_000;

/** A folder that is DATA_DIR, with a history in it, and new rows that have not been put there yet. */
export interface GrowthFiles {
  readonly folder: string;
  /** Transactions of the history. */
  readonly rows: number;
  /** Of the history's files. */
  readonly bytes: number;
  readonly newRows: number;
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
  signal: AbortSignal,
): Promise<GrowthFiles> {
  const shape = { rows: rows + newRows, stores: GROWTH_STORES, devices: GROWTH_DEVICES };
  const { folder } = await makeInputFiles(parent, shape, signal);
  const apart = join(parent, `new-rows-${rows}`);
  await mkdir(apart);
  const newFile = join(apart, "transactions-new.csv");
  await cutTail(join(folder, "transactions.csv"), newFile, newRows);
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
    addNewRows: async () => {
      await copyFile(newFile, join(folder, "transactions-new.csv"));
      await pause(SETTLED_MS, undefined, { signal });
    },
  };
}

/** Longer than any record that the generator writes. */
const MOST_RECORD_BYTES = 400;

/** Moves the last `records` lines of a file, with a copy of its header, to another one. No field has a line end in it. */
async function cutTail(from: string, to: string, records: number): Promise<void> {
  const file = await open(from, "r");
  let end: number;
  try {
    const { size } = await file.stat();
    const header = await readAt(file, 0, Math.min(size, MOST_RECORD_BYTES));
    const tailStart = Math.max(0, size - (records + 1) * MOST_RECORD_BYTES);
    const tail = await readAt(file, tailStart, size - tailStart);
    let at = tail.length - 1;
    for (let lines = 0; lines < records; lines++) at = tail.lastIndexOf("\n", at - 1);
    if (at < 0) throw new Error(`${from} has fewer than ${records} records.`);
    end = tailStart + at + 1;
    const written = `${to}.part`;
    await writeFile(written, [header.subarray(0, header.indexOf("\n") + 1), tail.subarray(at + 1)]);
    await rename(written, to);
  } finally {
    await file.close();
  }
  await truncate(from, end);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
