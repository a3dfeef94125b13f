import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { answerAsCsv } from "../../src/aggregation/answerAsCsv.ts";
import { VIEWS } from "../../src/aggregation/answers.ts";
import type { ExportFormatName } from "../../src/aggregation/export/exportFormats.ts";
import { exportView } from "../../src/aggregation/export/exportView.ts";
import type { ModelTable } from "../../src/database/model/model.ts";
import { readSchema } from "../../src/database/model/readModel.ts";
import { createPool } from "../../src/database/pool.ts";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { ROLES } from "../../src/database/roles/rights.ts";
import { inSnapshotOnceOn } from "../../src/database/snapshot.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const views = readSchema().tables.filter(({ kind }) => kind === "view");

function viewCalled(name: string): ModelTable {
  const view = views.find((each) => each.name === name);
  if (view === undefined) throw new Error(`no view is called ${name}`);
  return view;
}

/** Gives `work` the pieces of an export, read by the reader in a snapshot, as the command does. */
async function exporting<T>(
  { database }: Warehouse,
  view: ModelTable,
  format: ExportFormatName,
  work: (pieces: AsyncGenerator<string>, rowsRead: () => number) => Promise<T>,
): Promise<T> {
  const pool = createPool({ url: database.url, role: "reader", isReadOnly: true }, silentLogger);
  const client = await pool.connect();
  let rows = 0;
  const count = (read: number): void => {
    rows += read;
  };
  try {
    return await inSnapshotOnceOn(client, () => work(exportView(client, view, format, count), () => rows));
  } finally {
    client.release();
    await pool.end();
  }
}

async function joined(pieces: AsyncGenerator<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

const exported = (warehouse: Warehouse, name: string, format: ExportFormatName): Promise<string> =>
  exporting(warehouse, viewCalled(name), format, joined);
const rowsOf = async (warehouse: Warehouse, name: string): Promise<Record<string, unknown>[]> =>
  JSON.parse(await exported(warehouse, name, "json")) as Record<string, unknown>[];
const linesOf = (ndjson: string): unknown[] =>
  ndjson
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

async function loadSample(warehouse: Warehouse): Promise<void> {
  for (const name of ["stores.csv", "devices.csv", "transactions.csv"])
    await warehouse.files.copy(join(projectRoot, "data", name));
  await warehouse.ingest();
}

test(
  "each answer leaves as npm run answers has it: the same rows, values and order",
  inWarehouse(async (warehouse) => {
    await loadSample(warehouse);
    for (const [name, { columns }] of Object.entries(VIEWS)) {
      const rows = await warehouse.view(name);
      expect({ name, rows: await rowsOf(warehouse, name) }).toEqual({ name, rows });
      expect(linesOf(await exported(warehouse, name, "ndjson"))).toEqual(rows);
      expect(await exported(warehouse, name, "csv")).toBe(answerAsCsv(Object.keys(columns), rows));
    }
  }),
);

test(
  "the reader exports every view, of an empty warehouse too",
  inWarehouse(async (warehouse) => {
    expect(views.length).toBeGreaterThan(Object.keys(VIEWS).length);
    for (const { name, columns } of views) {
      const csv = await exported(warehouse, name, "csv");
      expect(csv.split("\n")[0]).toBe(columns.map((column) => column.name).join(","));
      expect(Array.isArray(await rowsOf(warehouse, name))).toBe(true);
    }
    expect(await exported(warehouse, "daily_sales", "json")).toBe("[\n]\n");
    expect(await exported(warehouse, "daily_sales", "ndjson")).toBe("");
  }),
);

describe("values", () => {
  test(
    "are what the database holds: nothing, any text, exact amounts, times to the microsecond, and no formula in CSV",
    inWarehouse(async (warehouse) => {
      // The last character would turn the direction of a terminal's text.
      const name = 'Café "Łódź"\nrue — 𝄞\u202e';
      await warehouse.files.write("stores-2022-01-01.csv", storesFile({ id: 1, name, address: "=1+1" }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 1 }));
      await warehouse.files.write(
        "transactions.csv",
        transactionsFile({ id: 1, amount: "9999999999.99", product_name: "-cmd|' /C calc'!A0" }),
      );
      await warehouse.ingest();

      const [store] = await rowsOf(warehouse, "store_versions");
      expect(store).toMatchObject({ store_id: 1, store_name: name, address: "=1+1", valid_to: null });
      expect(store).toMatchObject({ is_current: true, valid_from: "-infinity" });
      expect(await exported(warehouse, "store_versions", "csv")).toContain(
        `,true,"Café ""Łódź""\nrue — 𝄞\u202e",'=1+1,`,
      );
      for (const format of ["json", "ndjson"] as const)
        expect(await exported(warehouse, "store_versions", format)).not.toContain("\u202e");
      const [version] = await rowsOf(warehouse, "transaction_versions");
      expect(version).toMatchObject({ transaction_id: 1, amount: "9999999999.99", believed_to: null });
      const [{ began } = { began: "" }] = await warehouse.rows<{ began: string }>(
        `SELECT to_char(started_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS began FROM operations.runs`,
      );
      // A run's beginning is kept to the millisecond.
      expect(version?.["believed_from"]).toBe(began.replace("000Z", "Z"));
      const csv = await exported(warehouse, "transaction_versions", "csv");
      expect(csv).toContain(`,'-cmd|' /C calc'!A0,`);
      expect(csv).toContain(`,9999999999.99,`);
    }),
  );

  test(
    "stand in the order of the key: of texts, that of their code points",
    inWarehouse(async (warehouse) => {
      const countries = ["Åland", "Zambia", "albania", "Chile"];
      await warehouse.files.write(
        "stores.csv",
        storesFile(...countries.map((country, index) => ({ id: index + 1, country }))),
      );
      await warehouse.files.write(
        "devices.csv",
        devicesFile(...countries.map((_country, index) => ({ id: index + 1, store_id: index + 1 }))),
      );
      await warehouse.files.write(
        "transactions.csv",
        transactionsFile(...countries.map((_country, index) => ({ id: 9 - index, device_id: index + 1 }))),
      );
      await warehouse.ingest();
      const byCountry = viewCalled("average_amount_by_country");
      // As on a server whose own order of texts is that of a language.
      const columns = byCountry.columns.filter(({ name }) => name === "country");
      const elsewhere = { ...byCountry, name: "countries_elsewhere", columns };
      await warehouse.rows(
        `CREATE VIEW aggregation_layer.countries_elsewhere AS
        SELECT country COLLATE "en-x-icu" AS country FROM aggregation_layer.average_amount_by_country`,
      );
      await warehouse.rows(`GRANT SELECT ON aggregation_layer.countries_elsewhere TO ${ROLES.reader}`);
      for (const view of [byCountry, elsewhere]) {
        const rows = JSON.parse(await exporting(warehouse, view, "json", joined)) as { country: string }[];
        expect(rows.map(({ country }) => country)).toEqual(["Chile", "Zambia", "albania", "Åland"]);
      }
      const sales = await rowsOf(warehouse, "transactions_as_was");
      expect(sales.map((sale) => sale["transaction_id"])).toEqual([6, 7, 8, 9]);
    }),
  );
});

describe("an export", () => {
  test(
    "is of one moment, whatever is loaded meanwhile, and reads no further than it is asked",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const sales = (from: number, to: number) =>
        transactionsFile(...Array.from({ length: to - from }, (_, index) => ({ id: from + index })));
      await warehouse.files.write("transactions-1.csv", sales(1, 2_501));
      await warehouse.ingest();

      const text = await exporting(
        warehouse,
        viewCalled("transactions_as_was"),
        "ndjson",
        async (pieces, rowsRead) => {
          const first = [await pieces.next(), await pieces.next()].map(({ value }) => String(value)).join("");
          expect(rowsRead()).toBe(1_000);
          await warehouse.files.write("transactions-2.csv", sales(2_501, 3_001));
          expect(await warehouse.ingest()).toMatchObject({ loaded: 500 });
          return first + (await joined(pieces));
        },
      );

      const ids = linesOf(text).map((line) => (line as { transaction_id: number }).transaction_id);
      expect(ids).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
      const all = linesOf(await exported(warehouse, "transactions_as_was", "ndjson"));
      expect(all).toHaveLength(3_000);
      expect(await rowsOf(warehouse, "transactions_as_was")).toEqual(all);
    }),
  );

  test(
    "is begun once: what has left cannot be said again after a deadlock",
    inWarehouse(async ({ database }) => {
      const client = await database.pool.connect();
      let attempts = 0;
      const lost = inSnapshotOnceOn(client, async () => {
        attempts += 1;
        await client.query("DO $$BEGIN RAISE deadlock_detected; END$$");
      });
      await expect(lost).rejects.toMatchObject({ code: "40P01" });
      client.release();
      expect(attempts).toBe(1);
    }),
  );

  test(
    "reads dates as they are meant, whatever style the server has",
    inWarehouse(async (warehouse) => {
      await loadSample(warehouse);
      const before = await rowsOf(warehouse, "daily_sales");
      await warehouse.rows(
        "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET datestyle = ''SQL, DMY''', current_database()); END$$",
      );
      expect(await rowsOf(warehouse, "daily_sales")).toEqual(before);
      expect(before[0]?.["calendar_date"]).toMatch(/^\d{4}-\d\d-\d\d$/);
    }),
  );
});
