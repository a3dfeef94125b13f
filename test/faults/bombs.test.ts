import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withTestDatabase } from "../fixtures/testDatabase.ts";
import { onServer } from "../fixtures/testRun.ts";
import { TEST_CARD_TOKEN_KEY } from "../fixtures/warehouse.ts";
import { BOMBS, type Bomb } from "./bombs/bombs.ts";
import { measuredIngest, type MeasuredIngest } from "./bombs/measuredIngest.ts";
import { repeated, writeFileOf, type Piece } from "./bombs/writtenFile.ts";
import { trials } from "../fixtures/trials.ts";

jest.setTimeout(1_200_000);

const MEGABYTE = 1 << 20;
const SIZES = [0.25, 0.5, 1].slice(0, trials({ quick: 1, all: 3 }));
const GIGABYTE = trials({ quick: 48 * MEGABYTE, all: 1 << 30 });
const MOST_MEMORY = 300_000_000;
/** Read once to be loaded, and hashed again while it is too young to be known by its times. */
const MOST_READINGS = 4;
/** Code, the database's answers, and the other files. */
const READ_BESIDES = 40 * MEGABYTE;

const figures: string[] = [];
afterAll(() => {
  if (SIZES.length > 1) process.stderr.write(`\n${figures.join("\n")}\n`);
});

/** Files in a folder of their own beside sound ones of all sources, and the database they are loaded into. */
function besideSoundFiles(work: (folder: string, load: Load) => Promise<void>): Promise<void> {
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
      await work(data, async (settings = {}) => {
        const measured = await measuredIngest({ ...environment, ...settings });
        const quarantine = await onServer(url, (client) =>
          client.query<{ reason: string; records: number }>(
            "SELECT reason, count(*)::integer AS records FROM operations.quarantine GROUP BY reason",
          ),
        );
        return {
          ...measured,
          rejects: Object.fromEntries(quarantine.rows.map(({ reason, records }) => [reason, records])),
        };
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
type Load = (
  settings?: Readonly<Record<string, string>>,
) => Promise<MeasuredIngest & { rejects: Record<string, number> }>;

function note(name: string, size: number, { seconds, peakBytes, readBytes }: MeasuredIngest): void {
  const megabytes = (bytes: number) => `${Math.round(bytes / MEGABYTE)} MB`;
  figures.push(
    `${name}: ${megabytes(size)} in ${seconds.toFixed(1)} s, peak ${megabytes(peakBytes)}, read ${megabytes(readBytes)}`,
  );
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux(
  "in little memory, each byte read a few times at most, and beside files that load, comes to what it must",
  () => {
    const cases = BOMBS.flatMap((bomb) =>
      SIZES.map((share): [string, Bomb, number] => [bomb.name, bomb, share]),
    );
    test.each(cases)("%s", (name, { pieces, comesTo, settings }, share) =>
      besideSoundFiles(async (folder, load) => {
        const bytes = Math.floor(GIGABYTE * share);
        const bomb = "transactions-bomb.csv";
        const size = await writeFileOf(join(folder, bomb), pieces(bytes));

        const measured = await load(settings);

        note(name, size, measured);
        const { exitCode, report, rejects, stderr } = measured;
        const files = Object.fromEntries(report.files.map((file) => [file.path, file]));
        expect(files["transactions-sound.csv"]).toMatchObject({ status: "loaded", loaded: 1 });
        const outcome = typeof comesTo === "function" ? comesTo(bytes) : comesTo;
        if ("stops" in outcome) {
          expect(files[bomb]).toMatchObject({ status: "failed", error: { code: "too_many_rejects" } });
          expect(files[bomb]?.error?.message).toMatch(outcome.stops);
          expect({ exitCode, rejects }).toEqual({ exitCode: 1, rejects: {} });
        } else {
          expect(files[bomb]).toMatchObject({ status: "loaded", loaded: outcome.loaded });
          expect({ exitCode, rejects }).toEqual({ exitCode: 0, rejects: outcome.rejected });
        }
        expect(stderr.length).toBeLessThan(20_000);
        expect(measured.peakBytes).toBeLessThan(MOST_MEMORY);
        expect(measured.readBytes).toBeLessThan(MOST_READINGS * size + READ_BESIDES);
      }),
    );
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
    /begins as a zip archive, or a workbook.*Save the workbook's sheet/,
  ],
  ["gzip", () => [gzipSync(transactionsFile({ id: 1 }))], /begins as a gzip archive does.*Unpack it/],
  ["pdf", () => ["%PDF-1.7\n%\n1 0 obj\n"], /begins as a PDF document does/],
  ["sqlite", () => ["SQLite format 3\0\u0010\0"], /begins as a SQLite database does/],
  ["utf32", () => [Buffer.from("fffe000069000000640000002c000000", "hex")], /begins as text in UTF-32 does/],
  ["html", () => ["<!DOCTYPE html><html><body>502 Bad Gateway\n"], /begins as a web page \(HTML\) does/],
  ["json", () => ['[{"id": 1, "amount": 5}]\n'], /begins as a JSON document does/],
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
      const told = stderr.split("\n").filter((said) => said.includes("neither its name nor its header"));
      expect(told).toHaveLength(JUNK.length);
      expect(told.find((said) => said.includes("png.csv"))).toContain("a PNG image");
      expect(peakBytes).toBeLessThan(MOST_MEMORY);
    }));
});
