import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { splitPlainRecord } from "../../src/sources/splitPlainRecord.ts";
import { writeWorkbook, type TableRow } from "../fixtures/workbooks/writeWorkbook.ts";
import { cellOf } from "../fixtures/workbooks/xlsxOf.ts";
import { makeInputFiles, SETTLED_MS, SOURCE_FILES } from "./inputFiles.ts";
import { LeaveNothing } from "./leaveNothing.ts";
import { spreadOf, spreadOfKnown, type Spread } from "./measuring/statistics.ts";
import { openWorkshop } from "./openWorkshop.ts";
import { ingest, migratedDatabase } from "./sides/tillhouseSide.ts";

/**
 * Times whole loads of the same transactions as CSV, as CSV in gzip, and as workbooks, in turns, and says what memory the
 * loading process took, with all its threads. Prints one JSON object.
 */
const { values } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, runs: { type: "string", default: "3" } },
});
const [rows, runs] = [values.rows, values.runs].map(Number) as [number, number];

const COMMA = 0x2c;
const FIELDS = 11;

/** Records of generated CSV as rows of a sheet. */
function* tableOf(csv: string): Generator<TableRow> {
  const bytes = readFileSync(csv);
  const bounds = new Int32Array(2 * FIELDS);
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf("\n", start);
    if (splitPlainRecord(bytes, start, end, COMMA, bounds) !== FIELDS)
      throw new Error("a record that was generated is no plain one");
    yield Array.from({ length: FIELDS }, (_, index) =>
      cellOf(bytes.toString("utf8", bounds[2 * index], bounds[2 * index + 1]).replaceAll('""', '"')),
    );
    start = end + 1;
  }
}

/** The same with columns that nobody reads, whose texts no two rows share: those take most memory. */
function* tableWithNotes(csv: string): Generator<TableRow> {
  let row = 0;
  for (const cells of tableOf(csv)) {
    yield [...cells, ...NOTES.map((name) => (row === 0 ? name : `${name} ${row}`))];
    row += 1;
  }
}

const NOTES = ["note", "reference", "remark", "voucher"];

/** How the transactions are written, by what their file is called. */
const CARRIERS: Readonly<Record<string, (csv: string, path: string) => Promise<void>>> = {
  "transactions.csv": copyFile,
  "transactions.csv.gz": (csv, path) =>
    pipeline(createReadStream(csv), createGzip(), createWriteStream(path)),
  "transactions-spreadsheet.xlsx": (csv, path) => writeWorkbook(path, [{ rows: () => tableOf(csv) }]),
  "transactions-exporter.xlsx": (csv, path) =>
    writeWorkbook(path, [{ rows: () => tableOf(csv) }], "exporter"),
  "transactions-notes.xlsx": (csv, path) => writeWorkbook(path, [{ rows: () => tableWithNotes(csv) }]),
};

interface Figures {
  readonly file_bytes: number;
  readonly seconds: Spread;
  readonly peak_memory_bytes: Spread | null;
}

async function measure(leaving: LeaveNothing): Promise<Record<string, Figures>> {
  const workshop = await openWorkshop(undefined, leaving);
  const generated = await makeInputFiles(workshop.folder, { rows }, leaving.signal);
  const [stores, devices, transactions] = SOURCE_FILES.map((name) => join(generated.folder, name)) as [
    string,
    string,
    string,
  ];
  const folderOf = (name: string): string => join(workshop.folder, `as-${name}`);
  for (const [name, write] of Object.entries(CARRIERS)) {
    const folder = folderOf(name);
    await mkdir(folder);
    await copyFile(stores, join(folder, "stores.csv"));
    await copyFile(devices, join(folder, "devices.csv"));
    await write(transactions, join(folder, name));
    process.stderr.write(`${name} is written\n`);
  }
  await rm(generated.folder, { recursive: true });
  await pause(SETTLED_MS, undefined, { signal: leaving.signal });

  const template = await migratedDatabase(workshop);
  const loads = new Map(
    Object.keys(CARRIERS).map((name) => [name, [] as Awaited<ReturnType<typeof load>>[]]),
  );
  async function load(name: string) {
    const database = await workshop.databases.create("workbooks", template);
    await workshop.databases.settle();
    const { seconds, peakMemoryBytes, summary } = await ingest(workshop, folderOf(name), database);
    await workshop.databases.drop(database);
    const loaded = summary.files.find(({ source }) => source === "transactions")?.loaded;
    if (loaded !== rows) throw new Error(`of ${name} ${loaded ?? 0} of ${rows} transactions were loaded`);
    process.stderr.write(`${name}: ${seconds.toFixed(1)} s, peak ${String(peakMemoryBytes)} bytes\n`);
    return { seconds, peakMemoryBytes };
  }
  for (let run = 0; run < runs; run += 1)
    // Whoever comes first has the colder caches: in turns.
    for (const [name, taken] of run % 2 === 0 ? loads : [...loads].reverse()) taken.push(await load(name));

  const figures: Record<string, Figures> = {};
  for (const [name, taken] of loads)
    figures[name] = {
      file_bytes: (await stat(join(folderOf(name), name))).size,
      seconds: spreadOf(taken.map(({ seconds }) => seconds)),
      peak_memory_bytes: spreadOfKnown(taken.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    };
  return figures;
}

const leaving = new LeaveNothing();
const carriers = await leaving.around(() => measure(leaving));
process.stdout.write(`${JSON.stringify({ rows, runs, carriers })}\n`);
