import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import type { Truth } from "../../../src/generator/truth.ts";
import { withTestDatabase } from "../../fixtures/testDatabase.ts";
import { TEST_CARD_TOKEN_KEY } from "../../fixtures/warehouse.ts";
import { addGeneratedFiles, expectTruth } from "../../processes/generatedFiles.ts";
import { runForJson, type Environment } from "../../processes/programs.ts";
import { contentsOf, type Contents } from "./oracle.ts";

/** Files that many trials load, each into a database of its own. */
export interface SharedFiles {
  readonly truth: Truth;
  readonly dataDir: string;
  /** What an undisturbed load of them makes of an empty warehouse. */
  readonly expected: Contents;
  /** Settings that make a program load them into the database at `url`. */
  readonly into: (url: string) => Environment;
}

interface FilesWanted {
  readonly rows: number;
  readonly defects: readonly string[];
  /** Records that come again at the end of their file, or apart: in a file after all others. */
  readonly corrected?: { readonly records: number; readonly apart: boolean };
  readonly settings?: Environment;
  /** Puts a file into another carrier, and gives it the ending of its name. */
  readonly carry?: (csv: string) => Promise<{ readonly ending: string; readonly bytes: string | Buffer }>;
}

/** Some come after higher ids, some again, some cannot be loaded: so every statement of a load has something to do. */
const ALL_DEFECTS = ["--late", "0.02", "--repeated", "0.02", "--broken", "0.01", "--orphan", "0.01"];

/** Two reads of the file, so two chunks, and another file. */
export const FEW_ROWS: FilesWanted = { rows: 11_000, defects: ALL_DEFECTS };

/**
 * Enough for threads, and for chunks all of whose labels are known by then; half of the records come again in another file.
 * Some records cannot be loaded. No id comes again beside new ones, or late: such chunks are not begun ahead.
 */
export const ROWS_FOR_THREADS: FilesWanted = {
  rows: 80_000,
  defects: ["--broken", "0.001"],
  corrected: { records: 40_000, apart: true },
  settings: { WORKERS: "2" },
};

/**
 * Makes files once for all tests of a file, and what they come to: by a load that nothing happens to, which is checked
 * against what their generator knows.
 */
export function sharedFiles(wanted: FilesWanted): () => SharedFiles {
  let made: SharedFiles | undefined;
  beforeAll(async () => {
    made = await makeFiles(wanted);
  }, 300_000);
  afterAll(async () => {
    if (made !== undefined) await rm(join(made.dataDir, ".."), { recursive: true, force: true });
  });
  return () => {
    if (made === undefined) throw new Error("the files have not been made");
    return made;
  };
}

async function makeFiles({
  rows,
  defects,
  settings = {},
  corrected = FEW_CORRECTED,
  carry,
}: FilesWanted): Promise<SharedFiles> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-faults-"));
  const dataDir = join(folder, "data");
  const truth = await addGeneratedFiles({ dataDir }, rows, 1, defects);
  await moveAndCorrect(dataDir, corrected);
  if (carry !== undefined) await carryAll(dataDir, carry);
  const into = (url: string): Environment => ({
    DATABASE_URL: url,
    CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY,
    DATA_DIR: dataDir,
    STATE_DIR: join(folder, "state"),
    SETTLE_MS: "0",
    CHUNK_RECORDS: "1",
    ...settings,
  });
  const expected = await withTestDatabase(async (url) => {
    await runForJson(["ingest", "--json"], into(url));
    await expectTruth(truth, { environment: into(url) }, url);
    return contentsOf(url);
  });
  return { truth, dataDir, expected, into };
}

async function carryAll(dataDir: string, carry: NonNullable<FilesWanted["carry"]>): Promise<void> {
  for (const name of (await readdir(dataDir)).filter((found) => found.endsWith(".csv"))) {
    const path = join(dataDir, name);
    const { ending, bytes } = await carry(await readFile(path, "utf8"));
    await writeFile(path.replace(/\.csv$/, ending), bytes);
    await rm(path);
  }
}

/** An ordinary record up to the seconds of its creation, and what comes after them. */
const ORDINARY = /^(\d+,\d+,[^",]+,\d+,[^",]+,[\d.]+,\w+,\d*,\d*,[\d/]+ \d+:\d\d):(\d\d)(,[\d/]+ [\d:]+)$/gm;
const FEW_CORRECTED = { records: 200, apart: false };
const IN_ANOTHER_FILE = 100;

/**
 * Moves the last records into a file of their own, and has some of the first ones come again, created in another second: no
 * answer hangs on that, only the digest.
 */
async function moveAndCorrect(
  dataDir: string,
  { records, apart }: NonNullable<FilesWanted["corrected"]>,
): Promise<void> {
  const text = await readFile(join(dataDir, "transactions.csv"), "utf8");
  const corrected = Array.from(text.matchAll(ORDINARY))
    .slice(0, records)
    .map(([, before, seconds, after]) => `${before ?? ""}:${seconds === "00" ? "01" : "00"}${after ?? ""}`);
  if (corrected.length < records) throw new Error("too few ordinary records were generated");
  const lines = text.trimEnd().split("\n");
  const moved = lines.splice(-IN_ANOTHER_FILE);
  const [header = ""] = lines;
  const files = {
    "transactions.csv": apart ? lines : [...lines, ...corrected],
    "transactions_more.csv": [header, ...moved],
    ...(apart && { "transactions_zcorrected.csv": [header, ...corrected] }),
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(dataDir, name), `${content.join("\n")}\n`);
}
