import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { deviceRecord, DEVICE_TYPES, DEVICES_HEADER, inventDevices } from "./devices.ts";
import { FileWriter } from "./fileWriter.ts";
import { planGeneration, type GenerateOptions } from "./options.ts";
import { inventProducts } from "./products.ts";
import { inventStores, storeRecord, STORES_HEADER } from "./stores.ts";
import { truthFrom } from "./truth.ts";
import { TruthTally } from "./truthTally.ts";
import { writeTransactions } from "./writeTransactions.ts";

export const GENERATED_FILES = {
  stores: "stores.csv",
  devices: "devices.csv",
  transactions: "transactions.csv",
} as const;
export const TRUTH_FILE = "truth.json";

/** What was written. */
export interface GenerateSummary {
  /** The seed and the sizes that were used, defaults filled in. */
  seed: number;
  /** Records in each file, without the header; size in bytes. */
  files: { path: string; records: number; bytes: number }[];
  /** Distinct valid transactions; `late` of them stand at the end of the file. */
  rows: number;
  late: number;
  /** Records beside them. */
  repeated: number;
  broken: number;
  orphans: number;
  /** Undefined unless asked for. */
  truthPath: string | undefined;
}

/**
 * Writes `stores.csv`, `devices.csv` and `transactions.csv` into a folder, and `truth.json` where asked for. The same
 * options give the same bytes on every machine. Up to 10,000 rows, with no shares, a longer file begins with the shorter
 * one of its seed: that is how a file grows in tests. Memory does not grow with the rows; each file gets its name when it is complete.
 *
 * @example
 * await generateFiles({ rows: 1_000_000, seed: 7, outDir: "/tmp/million" });
 * @throws TillhouseError `usage_invalid` for an option out of range; file system errors as they are.
 */
export async function generateFiles(options: GenerateOptions): Promise<GenerateSummary> {
  const { outDir } = options;
  const plan = planGeneration(options);
  const stores = inventStores(plan);
  const devices = inventDevices(plan);
  const catalogue = inventProducts(plan);
  const tally =
    options.truth === true ? new TruthTally(plan.stores, DEVICE_TYPES, devices, catalogue) : undefined;
  await mkdir(outDir, { recursive: true });

  const storesBytes = await writeFileWith(outDir, GENERATED_FILES.stores, async (writer) => {
    writer.addText(STORES_HEADER);
    for (const store of stores) {
      if (writer.isFull) await writer.flush();
      writer.addText(storeRecord(store));
    }
  });
  const devicesBytes = await writeFileWith(outDir, GENERATED_FILES.devices, async (writer) => {
    writer.addText(DEVICES_HEADER);
    for (let index = 0; index < devices.count; index++) {
      if (writer.isFull) await writer.flush();
      writer.addText(deviceRecord(devices, index));
    }
  });
  const transactionsBytes = await writeFileWith(outDir, GENERATED_FILES.transactions, (writer) =>
    writeTransactions(writer, plan, devices, catalogue, tally),
  );

  const truthPath = path.join(outDir, TRUTH_FILE);
  // An older truth beside new files would be a lie.
  await rm(truthPath, { force: true });
  if (tally !== undefined) {
    await writeFile(truthPath, `${JSON.stringify(truthFrom(plan, tally, stores), null, 2)}\n`);
  }

  const { rows, seed, late, repeated, broken, orphans } = plan;
  const file = (name: keyof typeof GENERATED_FILES, records: number, bytes: number) => ({
    path: path.join(outDir, GENERATED_FILES[name]),
    records,
    bytes,
  });
  return {
    seed,
    files: [
      file("stores", plan.stores, storesBytes),
      file("devices", plan.devices, devicesBytes),
      file("transactions", rows + repeated + broken + orphans, transactionsBytes),
    ],
    rows,
    late,
    repeated,
    broken,
    orphans,
    truthPath: tally === undefined ? undefined : truthPath,
  };
}

/** @returns the file's size in bytes */
async function writeFileWith(
  directory: string,
  fileName: string,
  fill: (writer: FileWriter) => Promise<void>,
): Promise<number> {
  const writer = await FileWriter.create(directory, fileName);
  try {
    await fill(writer);
    await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return writer.bytesWritten;
}
