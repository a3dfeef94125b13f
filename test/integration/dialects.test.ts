import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseString } from "fast-csv";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { expectedAnswers } from "../fixtures/expectedAnswers.ts";
import { warningKinds } from "../fixtures/ingestJson.ts";
import { trials } from "../fixtures/trials.ts";
import { inWarehouse, withWarehouse, type Settings, type Warehouse } from "../fixtures/warehouse.ts";

const TAKEHOME = join(projectRoot, "..", "shared", "takehome");
const isThere = existsSync(TAKEHOME);
const title = isThere
  ? "the real rows, exported anew,"
  : `the real rows, exported anew (skipped: ${TAKEHOME} is not there)`;

type Row = Readonly<Record<string, string>>;

/** What an export tool does to the real rows before and while it writes them. */
interface Export {
  readonly row?: (row: Row) => Row;
  readonly columnName?: (name: string) => string;
  readonly delimiter?: string;
  readonly lineEnd?: string;
  readonly quoteAlways?: boolean;
  readonly noFinalLineEnd?: boolean;
  readonly encode?: (text: string) => Buffer;
  readonly settings?: Settings;
  /** Warnings, besides the 22 cards that cannot be read. */
  readonly furtherWarnings?: number;
  readonly noCards?: boolean;
}

const TIMES = ["created_at", "happened_at"];
const WHOLE_NUMBERS = ["id", "type", "store_id", "device_id", "customer_id"];

const change = (row: Row, columns: readonly string[], to: (text: string) => string): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, text]) => [name, columns.includes(name) ? to(text) : text]),
  );

/** Rewrites each time; the real ones are written MM/DD/YYYY H:MM:SS, in UTC. */
const times =
  (write: (time: Date, parts: { day: string; month: string; year: string; clock: string }) => string) =>
  (row: Row): Row =>
    change(row, TIMES, (text) => {
      const [, month, day, year, clock] = /^(\d\d)\/(\d\d)\/(\d{4}) (.*)$/.exec(text) ?? [];
      if (month === undefined || day === undefined || year === undefined || clock === undefined)
        throw new Error(`no time: ${text}`);
      const time = new Date(`${year}-${month}-${day}T${clock.padStart(8, "0")}Z`);
      return write(time, { day, month, year, clock });
    });

const isoIn = (time: Date, minutesEast: number): string =>
  new Date(time.getTime() + minutesEast * 60_000).toISOString().slice(0, 19);

const parisFormat = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Paris",
  dateStyle: "short",
  timeStyle: "medium",
});
/** Wall clock of Paris; where it shows the same twice, with its offset. */
function inParis(time: Date): string {
  const wall = parisFormat.format(time);
  const again = [-60, 60].some((minutes) => parisFormat.format(time.getTime() + minutes * 60_000) === wall);
  if (!again) return wall;
  const east = (Date.parse(`${wall.replace(" ", "T")}Z`) - time.getTime()) / 3_600_000;
  return `${wall}+0${east}:00`;
}

const reversed = (row: Row): Row => Object.fromEntries(Object.entries(row).reverse());
const utf16le = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");

const EXPORTS: Readonly<Record<string, Export>> = {
  "with a byte order mark": { encode: (text) => Buffer.from(`\ufeff${text}`) },
  "in UTF-16, little end first": { encode: utf16le },
  "in UTF-16, big end first": { encode: (text) => utf16le(text).swap16() },
  "with CRLF": { lineEnd: "\r\n" },
  "with CR": { lineEnd: "\r" },
  "with semicolons": { delimiter: ";" },
  "with tabs": { delimiter: "\t" },
  "with bars": { delimiter: "|" },
  "with everything quoted": { quoteAlways: true },
  "with its columns the other way round": { row: reversed },
  "with other names in the header": { columnName: (name) => ` ${name.toUpperCase().replace("_", " - ")} ` },
  "with ISO times": { row: times((time) => isoIn(time, 0)) },
  "with ISO times and Z": { row: times((time) => `${isoIn(time, 0)}Z`) },
  "with ISO times and a zone": { row: times((time) => `${isoIn(time, 330).replace("T", " ")}+05:30`) },
  "with points in its dates": {
    row: times((_, { day, month, year, clock }) => `${month}.${day}.${year} ${clock}`),
  },
  "with the day first": {
    row: times((_, { day, month, year, clock }) => `${day}/${month}/${year} ${clock}`),
    settings: { SOURCE_DATE_ORDER: "dmy" },
  },
  "with .0 behind whole numbers": {
    row: (row) =>
      change(
        change(row, WHOLE_NUMBERS, (text) => `${text}.0`),
        ["product_sku"],
        (sku) => sku.replace(/^\d+$/, "$&.0"),
      ),
  },
  "with amounts between zeros": {
    row: (row) => change(row, ["amount"], (amount) => `0${amount}${amount.includes(".") ? "" : ".00"}`),
  },
  "without a final line end": { noFinalLineEnd: true, furtherWarnings: 3 },
  "without card columns": { row: ({ card_number: _card, cvv: _cvv, ...row }) => row, noCards: true },
  "with further columns": {
    row: (row) => ({ note: "a,b", ...row, "Export 2024": "", 'Shop "Nr; 1"': "x\ny" }),
    furtherWarnings: 3,
  },
  "on the clock of Paris": {
    row: times(inParis),
    settings: { SOURCE_TIMEZONE: "Europe/Paris" },
  },
  "in all of that at once": {
    row: (row) =>
      times((_, { day, month, year, clock }) => `${day}.${month}.${year} ${clock}`)({
        "7th | note": "",
        ...change(row, WHOLE_NUMBERS, (text) => `${text}.0`),
      }),
    columnName: (name) => name.toUpperCase().replaceAll("_", "-"),
    delimiter: ";",
    lineEnd: "\r\n",
    quoteAlways: true,
    noFinalLineEnd: true,
    encode: utf16le,
    settings: { SOURCE_DATE_ORDER: "dmy", CHUNK_RECORDS: "100" },
    furtherWarnings: 6,
  },
};

const FILES = ["store.csv", "device.csv", "transaction.csv"];

async function realRows(file: string): Promise<Row[]> {
  const text = await readFile(join(TAKEHOME, "csv", file), "utf8");
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    parseString<Row, Row>(text, { headers: true })
      .on("error", reject)
      .on("data", (row: Row) => rows.push(row))
      .on("end", () => {
        resolve(rows);
      });
  });
}

function write(rows: readonly Row[], how: Export): Buffer {
  const { row: rewrite = (row: Row) => row, columnName = (name: string) => name, delimiter = "," } = how;
  const written = rows.map(rewrite);
  const field = (text: string): string =>
    how.quoteAlways === true || text.includes(delimiter) || /["\r\n]/.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const line = (fields: readonly string[]): string => fields.map(field).join(delimiter);
  const lines = [
    line(Object.keys(written[0] ?? {}).map(columnName)),
    ...written.map((row) => line(Object.values(row))),
  ];
  const lineEnd = how.lineEnd ?? "\n";
  const text = lines.join(lineEnd) + (how.noFinalLineEnd === true ? "" : lineEnd);
  return (how.encode ?? Buffer.from)(text);
}

/** Every value that was loaded, as digests; and cards, which those leave out. */
const loaded = async ({ rows }: Warehouse) => ({
  stores: await rows("SELECT store_id, digest FROM ingestion_layer.dim_stores ORDER BY 1"),
  devices: await rows("SELECT device_id, digest FROM ingestion_layer.dim_devices ORDER BY 1"),
  sales: await rows("SELECT transaction_id, digest FROM ingestion_layer.fct_transactions ORDER BY 1"),
  cards: await rows(
    "SELECT card_token, card_last4 FROM ingestion_layer.fct_transactions ORDER BY transaction_id",
  ),
});

let asTheyAre: ReturnType<typeof loaded> | undefined;
const loadedAsTheyAre = () =>
  (asTheyAre ??= withWarehouse(async (warehouse) => {
    await warehouse.ingest({ settings: { DATA_DIR: join(TAKEHOME, "csv") } });
    return loaded(warehouse);
  }));

/** Each by itself takes long; the last has them all. */
const CHOSEN = Object.entries(EXPORTS).filter(
  (_export, place, all) => place % trials({ quick: 3, all: 1 }) === 0 || place === all.length - 1,
);

(isThere ? describe : describe.skip)(title, () => {
  test.each(CHOSEN)("give the same answers %s", (_, how) =>
    inWarehouse(async (warehouse) => {
      for (const file of FILES) await warehouse.files.write(file, write(await realRows(file), how));

      const report = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0", ...how.settings } });

      expect(report).toMatchObject({
        status: "succeeded",
        records_read: 1800,
        loaded: 1800,
        rejected: 0,
        warnings: how.noCards === true ? 0 : 22,
        watermark: 1500,
      });
      const { unterminated = 0, extra_columns: extraColumns = 0 } = warningKinds(report);
      expect(unterminated + extraColumns).toBe(how.furtherWarnings ?? 0);
      const answers = await warehouse.answers();
      for (const [view, rows] of Object.entries(await expectedAnswers(join(TAKEHOME, "expected")))) {
        expect(answers[view]).toHaveLength(rows.length);
        expect(answers[view]).toMatchObject(rows);
      }
      const { cards, ...rest } = await loaded(warehouse);
      const { cards: realCards, ...real } = await loadedAsTheyAre();
      expect(rest).toEqual(real);
      if (how.noCards !== true) expect(cards).toEqual(realCards);
      else expect(cards).toEqual(realCards.map(() => ({ card_token: null, card_last4: null })));

      expect(await warehouse.ingest({ settings: how.settings ?? {} })).toMatchObject({ records_read: 0 });
    })(),
  );
});
