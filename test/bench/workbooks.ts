import { spawnSync } from "node:child_process";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openText } from "../../src/sources/carriers/openText.ts";
import { writeWorkbook, type Manner, type TableRow } from "../fixtures/workbooks/writeWorkbook.ts";

/**
 * Times how long a workbook of transactions takes to become text, and what memory that takes, as spreadsheets write it, as
 * exporters do, and with five million different strings at the default million of rows. Prints one JSON object. Each is
 * read in a process of its own, `--read FILE`.
 */
const { values } = parseArgs({
  options: { rows: { type: "string", default: "1000000" }, read: { type: "string" } },
});

const HEADER: TableRow = [
  "id",
  "device_id",
  "product_name",
  "product_sku",
  "category_name",
  "amount",
  "status",
  "card_number",
  "cvv",
  "created_at",
  "happened_at",
];
const MAX_UNPACK_RATIO = 100;
const STATUSES = ["accepted", "refused", "cancelled"];

/** Cards are texts that differ, as in files of people; products and categories are few, unless all strings are to differ. */
function* table(rows: number, allDiffer: boolean): Generator<TableRow> {
  yield HEADER;
  for (let id = 1; id <= rows; id += 1) {
    const own = allDiffer ? ` ${id}` : "";
    yield [
      id,
      1 + (id % 200),
      `Tulips, no. ${id % 500}${own}`,
      allDiffer ? `sku-${id}` : 3_770_009_015_000 + (id % 20),
      `Flowers${own}`,
      (id % 100_000) / 100,
      STATUSES[id % 3] ?? "",
      `9999 ${String(id).padStart(8, "0")} 9999`,
      allDiffer ? `no ${id}` : 100 + (id % 900),
      { serial: 44_000 + id / 86_400 },
      { serial: 43_000 + id / 86_400 },
    ];
  }
}

interface Figures {
  readonly seconds: number;
  readonly text_bytes: number;
  readonly peak_rss_mb: number;
  /** For which nothing else could be answered. */
  readonly longest_pause_ms: number;
}

async function read(path: string): Promise<Figures> {
  const handle = await open(path);
  let before = performance.now();
  let longest = 0;
  const turning = setInterval(() => {
    longest = Math.max(longest, performance.now() - before);
    before = performance.now();
  });
  const started = performance.now();
  let bytes = 0;
  try {
    const text = await openText(handle, { path }, { maxUnpackRatio: MAX_UNPACK_RATIO });
    await text.checkArchive(new AbortController().signal);
    for await (const block of text.from(0)) bytes += block.length;
  } finally {
    clearInterval(turning);
    await handle.close();
  }
  return {
    seconds: Math.round(performance.now() - started) / 1000,
    text_bytes: bytes,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    longest_pause_ms: Math.round(longest),
  };
}

async function measure(name: string, manner: Manner, allDiffer: boolean): Promise<[string, unknown]> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-workbooks-"));
  try {
    const path = join(folder, "transactions.xlsx");
    await writeWorkbook(path, [{ rows: () => table(Number(values.rows), allDiffer) }], manner);
    const { size } = await stat(path);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...process.execArgv, fileURLToPath(import.meta.url), "--read", path],
      { encoding: "utf8" },
    );
    return [
      name,
      { file_bytes: size, ...(stdout === "" ? { failed: stderr } : (JSON.parse(stdout) as Figures)) },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

const result =
  values.read === undefined
    ? Object.fromEntries([
        await measure("spreadsheet", "spreadsheet", false),
        await measure("exporter", "exporter", false),
        await measure("all_strings_differ", "spreadsheet", true),
      ])
    : await read(values.read);
process.stdout.write(`${JSON.stringify(result)}\n`);
