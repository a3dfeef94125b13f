import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { gz, zst } from "../fixtures/carriers.ts";
import {
  devicesFile,
  storesFile,
  transactionRecords,
  transactionsFile,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { onServer } from "../fixtures/testRun.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";
import { inline, row } from "../fixtures/workbooks/readWorkbook.ts";
import { workbookParts, type WorkbookXml } from "../fixtures/workbooks/workbookParts.ts";
import { writeZip } from "../fixtures/workbooks/zipFile.ts";
import { BOMBS, type Bomb } from "./bombs/bombs.ts";
import { measuredIngest, type MeasuredIngest } from "./bombs/measuredIngest.ts";
import { repeated, sizeOf, writeFileOf, type Piece } from "./bombs/writtenFile.ts";
import { trials } from "../fixtures/trials.ts";

jest.setTimeout(1_200_000);

const MEGABYTE = 1 << 20;
const GIGABYTE = trials({ quick: 48 * MEGABYTE, all: 1 << 30 });
/** The last one four times the first. Small ones are loaded side by side. */
const SIZES = trials({ quick: [2.25 * MEGABYTE, 9 * MEGABYTE], all: [GIGABYTE / 4, GIGABYTE / 2, GIGABYTE] });
/** Whoever goes back to where a quote was opened, again and again, is quadratic: few runs look for growth there only. */
const GROWING = trials({ quick: /open a quote each|odd quotes/, all: /./ });
const AT_ONCE = trials({ quick: SIZES.length, all: 1 });
/**
 * Growth of the work with four times the bytes, where it is theirs: four times as much if it is linear, sixteen if it is
 * quadratic. What any run takes is left out, and what is too little to be told from that is taken for this much.
 */
const MOST_GROWTH = 8;
const LEAST_CPU_SECONDS = 0.25;
const MOST_MEMORY = 300_000_000;
/** What an archive of zstd needs besides is said in it: this much at most, as in one of these. */
const MOST_WINDOW = 128 * MEGABYTE;
/** Read once to be loaded, and hashed again while it is too young to be known by its times. */
const MOST_READINGS = 4;
/** Code, the database's answers, and the other files. */
const READ_BESIDES = 40 * MEGABYTE;

const figures: string[] = [];
afterAll(() => {
  if (trials({ quick: 0, all: 1 }) > 0) process.stderr.write(`\n${figures.join("\n")}\n`);
});

/** Files in a folder of their own beside sound ones of all sources, and the database they are loaded into. */
function besideSoundFiles<T>(work: (folder: string, load: Load) => Promise<T>): Promise<T> {
  return withTestDatabase(async (url) => {
    const folder = await mkdtemp(join(tmpdir(), "tillhouse-bomb-"));
    try {
      const data = join(folder, "data");
      await mkdir(data);
      await writeFile(join(data, "stores.csv"), storesFile({ id: 1 }));
      await writeFile(join(data, "devices.csv"), devicesFile({ id: 1 }));
      await writeFile(join(data, "transactions-sound.csv"), transactionsFile({ id: 77_777_777 }));
      const environment = {
        ...{ DATABASE_URL: url, DATA_DIR: data, STATE_DIR: join(folder, "state") },
        ...{ CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY, SETTLE_MS: "0", RETRY_MS: "0" },
      };
      return await work(data, async () => {
        const measured = await measuredIngest(environment);
        const quarantine = await onServer(url, (client) =>
          client.query<{ path: string; reasons: Record<string, number> }>(
            `SELECT path, json_object_agg(reason, records) AS reasons
            FROM (
              SELECT file_id, reason, count(*)::integer AS records FROM operations.quarantine GROUP BY file_id, reason
            ) AS rejects
            JOIN operations.source_files USING (file_id)
            GROUP BY path`,
          ),
        );
        const rejects = Object.fromEntries(quarantine.rows.map(({ path, reasons }) => [path, reasons]));
        return { ...measured, rejects };
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
/** With how many records were rejected for which reason, by file. */
type Load = () => Promise<MeasuredIngest & { rejects: Record<string, Record<string, number>> }>;

function note(
  name: string,
  size: number,
  { seconds, cpuSeconds, peakBytes, readBytes }: MeasuredIngest,
): void {
  const megabytes = (bytes: number) => `${Math.round(bytes / MEGABYTE)} MB`;
  figures.push(
    `${name}: ${megabytes(size)} in ${seconds.toFixed(1)} s, at work for ${cpuSeconds.toFixed(2)} s, peak ${megabytes(peakBytes)}, read ${megabytes(readBytes)}`,
  );
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

/** More ids than a bomb has. */
const IDS_A_BOMB = 10_000_000;

/** Loads bombs of about a size beside each other, sees what each came to, and gives their exact size and what they took. */
function loadedBombs(bombs: readonly Bomb[], bytes: number): Promise<MeasuredIngest & { size: number }> {
  return besideSoundFiles(async (folder, load) => {
    const pathOf = (bomb: Bomb): string => `transactions-bomb-${bombs.indexOf(bomb)}.csv`;
    let size = 0;
    for (const [index, bomb] of bombs.entries())
      size += await writeFileOf(join(folder, pathOf(bomb)), bomb.pieces(bytes, index * IDS_A_BOMB + 1));

    const measured = await load();

    note(bombs.map(({ name }) => name).join("; "), size, measured);
    const { exitCode, report, rejects, stderr } = measured;
    const files = Object.fromEntries(report.files.map((file) => [file.path, file]));
    if (files["transactions-sound.csv"] === undefined)
      throw new Error(`the run says nothing of the sound file; exit code ${String(exitCode)}:\n${stderr}`);
    expect(files["transactions-sound.csv"]).toMatchObject({ status: "loaded", loaded: 1 });
    let stopped = 0;
    for (const bomb of bombs) {
      const file = files[pathOf(bomb)];
      const outcome = typeof bomb.comesTo === "function" ? bomb.comesTo(bytes) : bomb.comesTo;
      const came = { bomb: bomb.name, rejects: rejects[pathOf(bomb)] ?? {} };
      if ("stops" in outcome) {
        stopped += 1;
        expect({ ...came, ...file }).toMatchObject({
          ...{ bomb: bomb.name, rejects: {}, status: "failed" },
          error: { code: "too_many_rejects", message: expect.stringMatching(outcome.stops) },
        });
      } else {
        expect(came).toEqual({ bomb: bomb.name, rejects: outcome.rejected });
        expect({ ...came, ...file }).toMatchObject({ status: "loaded", loaded: outcome.loaded });
      }
    }
    expect(exitCode).toBe(stopped > 0 ? 1 : 0);
    expect(stderr.length).toBeLessThan(20_000 * bombs.length);
    expect(measured.peakBytes).toBeLessThan(MOST_MEMORY);
    expect(measured.readBytes).toBeLessThan(MOST_READINGS * size + READ_BESIDES);
    return { ...measured, size };
  });
}

/** Bombs by name. In few runs those whose growth is not looked at are loaded together. */
const SCENES: readonly (readonly [name: string, bombs: readonly Bomb[]])[] = [
  ...BOMBS.filter(({ name }) => GROWING.test(name)).map((bomb) => [bomb.name, [bomb]] as const),
  ...trials({
    quick: [["all the others, together", BOMBS.filter(({ name }) => !GROWING.test(name))] as const],
    all: [],
  }),
];

onLinux(
  "in little memory, each byte read a few times at most, and beside files that load, comes to what it must",
  () => {
    let ofAnyRun = 0;
    beforeAll(async () => {
      ofAnyRun = await besideSoundFiles(async (_folder, load) => (await load()).cpuSeconds);
    });

    test.each(SCENES)("%s", async (_name, bombs) => {
      const [first] = bombs;
      if (first === undefined) throw new Error("no bomb");
      // Some are of one size, whatever is asked for.
      const sizes = bombs.length === 1 ? SIZES : SIZES.slice(0, 1);
      const left = [...new Map(sizes.map((bytes) => [sizeOf(first.pieces(bytes, 1)), bytes])).values()];
      const loaded: (MeasuredIngest & { size: number })[] = [];
      while (left.length > 0)
        loaded.push(
          ...(await Promise.all(left.splice(0, AT_ONCE).map((bytes) => loadedBombs(bombs, bytes)))),
        );

      const [small, large] = [loaded[0], loaded.at(-1)];
      if (small === undefined || large === undefined || small === large) return;
      expect(large.size / small.size).toBeGreaterThan(3.5);
      const workOf = ({ cpuSeconds }: MeasuredIngest): number =>
        Math.max(cpuSeconds - ofAnyRun, LEAST_CPU_SECONDS);
      expect(workOf(large) / workOf(small)).toBeLessThan(MOST_GROWTH);
    });
  },
);

/** What is no table, whole: read no further than its beginning. */
const JUNK: readonly (readonly [name: string, pieces: () => Iterable<Piece>, refusal: RegExp])[] = [
  ["a-line", () => repeated("x", GIGABYTE), /no header found in the first 1048576 bytes/],
  ["a-quote", () => ['"', ...repeated("x\n", 2 * MEGABYTE)], /no header found in the first 1048576 bytes/],
  ["quotes", () => repeated('"', GIGABYTE), /no header found in the first/],
  ["newlines", () => repeated("\n", GIGABYTE), /no header found in the first/],
  ["delimiters", () => repeated(",", GIGABYTE), /no header found in the first/],
  ["long-header", () => [...repeated("a", 100_000_000), "\n1\n"], /no header found in the first/],
  ["wide-header", () => [...repeated("id,", 3_000_000), "\n1\n"], /no header found in the first/],
  ["narrow-header", () => [...repeated("x,", 900_000), "\n1\n"], /needs the columns id, .* and 449971 more/],
  ["odd-quotes", () => [...repeated('"', 900_001), "\n1\n"], /the header is not a well-formed line/],
  ["nul", () => [{ hole: GIGABYTE }], /begins as a run of NUL bytes does/],
  ["png", () => [Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")], /begins as a PNG image does/],
  [
    "jpeg",
    () => [Buffer.from("ffd8ffe000104a46494600", "hex"), { hole: MEGABYTE }],
    /begins as a JPEG image does/,
  ],
  [
    "xlsx",
    () => ["PK\u0003\u0004\u0014\0\u0006\0"],
    /the workbook is damaged or breaks off: its list of parts cannot be read/,
  ],
  [
    "gzip-in-gzip",
    () => [gz(gz("x"))],
    /what is in the gzip archive begins as a gzip archive does.*Unpack it/,
  ],
  ["pdf", () => ["%PDF-1.7\n%\n1 0 obj\n"], /begins as a PDF document does/],
  ["sqlite", () => ["SQLite format 3\0\u0010\0"], /begins as a SQLite database does/],
  ["utf32", () => [Buffer.from("fffe000069000000640000002c000000", "hex")], /begins as text in UTF-32 does/],
  ["html", () => ["<!DOCTYPE html><html><body>502 Bad Gateway\n"], /begins as a web page \(HTML\) does/],
  ["json", () => ['[{"id": 1, "amount": 5}]\n'], /begins as a JSON document does.*one object a line/],
  ["json-object", () => ['{\n  "sales": [\n'], /begins as a JSON document does/],
  ["empty", () => [], /the file is empty/],
  ["bom", () => ["\ufeff"], /the file is empty/],
  ["few-newlines", () => ["\n\n\n"], /all lines are blank/],
];

onLinux("what is no table", () => {
  test("is refused by its beginning with what it seems to be, and the other files of the run load", () =>
    besideSoundFiles(async (folder, load) => {
      for (const [name, pieces] of JUNK)
        await writeFileOf(join(folder, `transactions-${name}.csv`), pieces());

      const measured = await load();

      note(`${JUNK.length} files that are no tables`, GIGABYTE, measured);
      const { exitCode, report } = measured;
      expect(exitCode).toBe(1);
      const messages = new Map(report.files.map(({ path, error }) => [path, error?.message]));
      for (const [name, , refusal] of JUNK) expect(messages.get(`transactions-${name}.csv`)).toMatch(refusal);
      expect(messages.size).toBe(JUNK.length + 3);
      expect(report).toMatchObject({ records_read: 3, loaded: 3 });
      expect(measured.peakBytes).toBeLessThan(MOST_MEMORY);
      expect(measured.readBytes).toBeLessThan(JUNK.length * MEGABYTE + READ_BESIDES);
    }));

  test("and has a name that says nothing either, is left alone and told of in the log", () =>
    besideSoundFiles(async (folder, load) => {
      for (const [name, pieces] of JUNK) await writeFileOf(join(folder, `${name}.csv`), pieces());

      const { exitCode, report, stderr, peakBytes } = await load();

      expect({ exitCode, loaded: report.loaded, files: report.files.length }).toEqual({
        ...{ exitCode: 0, loaded: 3, files: 3 },
      });
      const told = stderr.split("\n").filter((said) => said.includes("the file is left alone: "));
      expect(told).toHaveLength(JUNK.length);
      expect(told.find((said) => said.includes("png.csv"))).toContain("a PNG image");
      expect(peakBytes).toBeLessThan(MOST_MEMORY);
    }));
});

/** Ten megabytes or so that unpack to ten gigabytes, archive behind archive in one file; in few trials a hundred and sixtieth of that. */
const UNPACKED = trials({ quick: 0.0625, all: 10 }) * (1 << 30);
const PART = 32 * MEGABYTE;
const SALE = transactionRecords({ id: 1 });
const PARTS = {
  zeros: Buffer.alloc(PART),
  rows: Buffer.alloc(Math.floor(PART / SALE.length) * SALE.length, SALE),
  objects: Buffer.alloc(PART, '{"id":1}\n'),
};
const HEADS = {
  zeros: transactionsFile({ id: 2 }),
  rows: transactionsFile({ id: 3 }),
  objects: '{"id":2}\n',
};

const SALES_ROW = row(...TRANSACTIONS_HEADER.trim().split(",").map(inline));
const SHARED_BYTES = MEGABYTE / 2;
const EMPTY_CELLS = row('<c r="A2"/>'.repeat(1_000));
const SHARING = row("<c><v>1</v></c>", '<c t="s"><v>0</v></c>');
const below = (one: string, rows: number) => () => [
  SALES_ROW,
  ...repeated(one, Math.ceil(rows) * one.length),
];
/** As workbooks: a sheet of cells with nothing in them, and one whose few cells share a long string. */
const WORKBOOKS: Readonly<Record<string, WorkbookXml>> = {
  cells: { sheets: [{ rows: below(EMPTY_CELLS, UNPACKED / EMPTY_CELLS.length) }] },
  shares: {
    sheets: [{ rows: below(SHARING, UNPACKED / SHARED_BYTES) }],
    strings: `<si><t>${"x".repeat(SHARED_BYTES)}</t></si>`,
  },
};

/** Writes files that hold too much into the folder, and gives their size. */
type WriteBombs = (folder: string) => Promise<number>;

const writeArchives: WriteBombs = async (folder) => {
  let size = 0;
  for (const what of ["zeros", "rows", "objects"] as const) {
    for (const [packing, pack] of Object.entries({ gz, zst })) {
      const part = await pack(PARTS[what]);
      const pieces = [await pack(HEADS[what]), ...repeated(part, (UNPACKED / PART) * part.length)];
      size += await writeFileOf(join(folder, `transactions-${what}.csv.${packing}`), pieces);
    }
  }
  // A byte a block, and 128 MB to be moved for each.
  const tiny = [
    Buffer.from("28b52ffd0088", "hex"),
    ...repeated(Buffer.from("08000078", "hex"), 2 * MEGABYTE),
  ];
  return size + (await writeFileOf(join(folder, "transactions-blocks.csv.zst"), tiny));
};

const writeWorkbooks: WriteBombs = async (folder) => {
  let size = 0;
  for (const [name, xml] of Object.entries(WORKBOOKS)) {
    const path = join(folder, `transactions-${name}.xlsx`);
    await writeZip(path, workbookParts(xml));
    size += (await stat(path)).size;
  }
  return size;
};

onLinux("an archive that holds more than it may", () => {
  test.each<[string, number, number, WriteBombs]>([
    ["compressed files", 7, MOST_WINDOW, writeArchives],
    ["workbooks", 2, 0, writeWorkbooks],
  ])(
    "is read no further, in little memory; nothing of it is loaded, and the other files of the run are: %s",
    (kind, count, windowBytes, write) =>
      besideSoundFiles(async (folder, load) => {
        const size = await write(folder);

        const measured = await load();

        note(`${kind} that hold too much`, size, measured);
        const bombs = measured.report.files.filter(({ path }) => /\.(gz|zst|xlsx)$/.test(path));
        expect(bombs).toHaveLength(count);
        for (const { error, loaded, records_read: read } of bombs) {
          const refused = {
            code: "file_refused",
            message: expect.stringMatching(/MAX_UNPACK_RATIO|needs the columns|blocks are too short/),
          };
          expect({ error, loaded, read }).toEqual({ error: refused, loaded: 0, read: 0 });
        }
        expect(measured).toMatchObject({ exitCode: 1, report: { loaded: 3 } });
        expect(measured.peakBytes).toBeLessThan(MOST_MEMORY + windowBytes);
      }),
  );
});
