import { describe, expect, jest, test } from "@jest/globals";
import { checks } from "../../jobs/checks.ts";
import { join } from "node:path";
import { checksFile } from "../fixtures/checksFile.ts";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import { devicesFile, spreadOut, storesFile, transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse, type Settings, type Warehouse } from "../fixtures/warehouse.ts";

// The first threads of a run of the tests wait for their TypeScript to be compiled.
jest.setTimeout(180_000);

const NAME = "transactions.csv";
const AMOUNT = "{ name: amount, checks: [{ range: { min: 1, max: 100 } }] }";

/** Settings with which a load makes these checks of transactions. */
async function declaring(warehouse: Warehouse, columns: string, settings: Settings = {}): Promise<Settings> {
  const declared = `sources: [{ name: transactions, columns: [${columns}] }]`;
  return { ...settings, ...(await checksFile(warehouse, declared)) };
}

const kept = ({ rows }: Warehouse) =>
  rows(
    "SELECT run_id, name, status, failures, observed FROM operations.check_results WHERE expected <> 'never empty' OR subject = 'transactions' ORDER BY run_id, name",
  );

const idsOf = async (warehouse: Warehouse) => (await facts(warehouse)).map(({ id }) => id);

describe("a record that fails a check of severity error", () => {
  test(
    "stops its file before anything of the chunk is kept; the message names line, check, what would be right and what to do",
    inWarehouse(async (warehouse) => {
      const settings = await declaring(warehouse, AMOUNT);
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file(
          { id: 1 },
          { id: 2, amount: "100.01", card_number: "4111 1111 1111 1111", cvv: "987" },
          { id: 3, amount: "0.99" },
          { id: 4 },
        ),
      );
      await warehouse.files.write(
        "transactions-2.csv",
        file({ id: 9, amount: "100" }, { id: 10, amount: "1.00" }),
      );

      const report = await warehouse.ingest({ settings });

      expect(report).toMatchObject({ status: "failed", loaded: 5, error: { code: "check_failed" } });
      const message =
        "transactions.csv:3: this record fails the check transactions.amount.range (amount: from 1 to 100), one of 2 in lines " +
        "1 to 5. None of these lines was loaded; what came before them is. Mend the file, or change the check where it is declared: " +
        "with severity: warn such records are loaded and counted.";
      expect(report.error?.message).toBe(message);
      expect(await idsOf(warehouse)).toEqual([9, 10]);
      expect(await quarantine(warehouse)).toEqual([]);
      expect(
        await warehouse.rows("SELECT status::text, refusal FROM operations.source_files WHERE path = $1", [
          NAME,
        ]),
      ).toEqual([{ status: "failed", refusal: message }]);
      expect(await kept(warehouse)).toEqual([
        {
          ...{ run_id: report.run_id, name: "transactions.amount.range", status: "failed", failures: "2" },
          observed: "first at transactions.csv:3, not loaded",
        },
      ]);
      expect(JSON.stringify([warehouse.log, await kept(warehouse)])).not.toMatch(/4111|1111|987/);
    }),
  );

  test(
    "leaves the chunks before it, and the file goes on once the check is another or the record mended",
    inWarehouse(async (warehouse) => {
      const settings = await declaring(warehouse, AMOUNT, { CHUNK_RECORDS: "1" });
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(file({ id: 1 }, { id: 2 }, { id: 3, amount: "0.5" }, { id: 4 })),
      );

      const report = await warehouse.ingest({ settings });

      expect(report.files[2]).toMatchObject({ status: "failed", records_read: 2, loaded: 2 });
      expect(await idsOf(warehouse)).toEqual([1, 2]);
      expect(await warehouse.verify()).toEqual([]);
      expect((await warehouse.ingest({ settings })).error).toMatchObject({ code: "check_failed" });

      const warning = await declaring(warehouse, AMOUNT.replace("max: 100", "severity: warn"));
      expect(await warehouse.ingest({ settings: warning })).toMatchObject({ status: "succeeded", loaded: 2 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
    }),
  );

  test.each([1, 3])("is found by threads as well, whatever they do ahead (threads: %d)", (workers) =>
    inWarehouse(async (warehouse) => {
      const settings = await declaring(warehouse, AMOUNT, { CHUNK_RECORDS: "1", WORKERS: String(workers) });
      await writePlaces(warehouse);
      await warehouse.ingest();
      const records = [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({ id, amount: id === 5 ? "0.00" : "10" }));
      await warehouse.files.write(NAME, spreadOut(file(...records)));

      const report = await warehouse.ingest({ settings });

      expect(report.error).toMatchObject({
        code: "check_failed",
        message: expect.stringContaining("amount: from 1 to 100"),
      });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
      expect(await kept(warehouse)).toMatchObject([{ status: "failed", failures: "1" }]);
      // Corrections go another way ahead of their turn.
      await warehouse.files.write(
        "transactions-2.csv",
        spreadOut(file(...[1, 2, 3, 4, 5, 6].map((id) => ({ id, amount: id === 3 ? "101" : "11" })))),
      );
      const corrections = await warehouse.ingest({
        settings,
        files: [join(warehouse.context().config.dataDir, "transactions-2.csv")],
      });
      expect(corrections).toMatchObject({ status: "failed", corrected: 2 });
      expect((await facts(warehouse)).map(({ amount }) => amount)).toEqual([
        "11.00",
        "11.00",
        "10.00",
        "10.00",
      ]);
    })(),
  );

  test(
    "is looked for in the range of a backfill alone",
    inWarehouse(async (warehouse) => {
      const settings = await declaring(warehouse, `${AMOUNT}, { name: product_sku, checks: [not_null] }`);
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file(
          { id: 1, amount: "0" },
          { id: 2 },
          { id: 3, product_sku: "" },
          { id: 4, amount: " 0.1" },
          { id: 5 },
        ),
      );
      const backfill = (fromId: number, toId: number) =>
        warehouse.ingest({
          settings: { ...settings, MAX_REJECT_RATIO: "1" },
          range: { fromId, toId },
        });

      expect(await backfill(2, 2)).toMatchObject({ status: "succeeded", loaded: 4 });
      expect(await backfill(1, 2)).toMatchObject({
        status: "failed",
        error: { message: expect.stringContaining("transactions.csv:2:") },
      });
      expect((await backfill(3, 3)).error?.message).toContain(
        "transactions.csv:4: this record fails the check transactions.product_sku.not_null",
      );
      expect((await backfill(4, 5)).error?.message).toContain(
        "transactions.csv:5: this record fails the check transactions.amount.range",
      );
      expect(await idsOf(warehouse)).toEqual([2]);
      expect(await warehouse.verify()).toEqual([]);
    }),
  );

  test(
    "stops a replay before it loads, and stays in quarantine",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        file({ id: 1 }, { id: 2, amount: "200", happened_at: "20/01/2022 09:00:00" }),
      );
      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
      const settings = await declaring(warehouse, AMOUNT, { SOURCE_DATE_ORDER: "dmy" });

      await expect(warehouse.replay({ settings })).rejects.toMatchObject({
        code: "check_failed",
        message: expect.stringContaining("transactions.csv:3: this record fails the check"),
      });
      expect(await idsOf(warehouse)).toEqual([1]);
      expect(await quarantine(warehouse)).toMatchObject([
        { line: 3, reason: "day_first", state: "rejected" },
      ]);

      const warning = await declaring(
        warehouse,
        AMOUNT.replace("max: 100", "max: 100, severity: warn"),
        settings,
      );
      await warehouse.replay({ settings: warning });
      expect(await idsOf(warehouse)).toEqual([1, 2]);
      expect((await kept(warehouse)).at(-1)).toMatchObject({ status: "warned", failures: "1" });
    }),
  );

  test("rolls a full refresh back, and a dry run tells of it and keeps nothing", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, file({ id: 1 }, { id: 2, amount: "200" }));
      await warehouse.ingest();
      const settings = await declaring(warehouse, AMOUNT);

      await expect(refresh({ settings })).rejects.toMatchObject({ code: "check_failed" });
      expect(await idsOf(warehouse)).toEqual([1, 2]);
      await warehouse.files.write("transactions-2.csv", file({ id: 3, amount: "300" }));
      expect((await warehouse.ingest({ settings, dryRun: true })).error?.code).toBe("check_failed");
      expect(await kept(warehouse)).toEqual([]);
    }));
});

describe("a record that fails a check that only warns", () => {
  const COLUMNS = `{ name: amount, checks: [{ range: { max: 100, severity: warn } }] },
    { name: product_name, checks: [{ not_null: { severity: warn } }] },
    { name: status, checks: [{ accepted_values: { values: [accepted], severity: warn } }] },
    { name: device_id, checks: [{ accepted_values: { values: [1], severity: warn, name: first_device } }] },
    { name: happened_at, checks: [{ range: { min: 2022-02-01, max: 2022-02-02 } }] }`;

  test(
    "is loaded and counted, over chunks and files, however it is written; what none fails is kept as passed",
    inWarehouse(async (warehouse) => {
      const settings = await declaring(warehouse, COLUMNS, { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "1" });
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(
          file(
            { id: 1, amount: "100.01" },
            { id: 2, amount: " 0101.50 ", product_name: "  " },
            { id: 3, status: "refused", amount: "100" },
            { id: 4, product_name: "", amount: "many" },
            { id: 5, device_id: "1.0" },
            { id: 6, device_id: 2 },
          ),
        ),
      );
      await warehouse.files.write("transactions.csv.csv", file({ id: 7, amount: "500" }));

      const report = await warehouse.ingest({ settings });

      expect(report).toMatchObject({ status: "succeeded", loaded: 9, rejected: 1, warnings: 0 });
      const results = await kept(warehouse);
      const line = (observed: string) =>
        expect.stringMatching(new RegExp(`^first at transactions\\.csv:${observed}$`));
      expect(results).toEqual([
        expect.objectContaining({
          name: "first_device",
          status: "warned",
          failures: "1",
          observed: line("\\d+"),
        }),
        expect.objectContaining({
          name: "transactions.amount.range",
          status: "warned",
          failures: "3",
          observed: line("2"),
        }),
        expect.objectContaining({
          name: "transactions.happened_at.range",
          status: "passed",
          failures: "0",
          observed: "none",
        }),
        expect.objectContaining({
          name: "transactions.product_name.not_null",
          status: "warned",
          failures: "2",
        }),
        expect.objectContaining({
          name: "transactions.status.accepted_values",
          status: "warned",
          failures: "1",
        }),
      ]);
      expect(warehouse.log).toContainEqual(
        expect.objectContaining({
          level: "warn",
          message: "transactions.csv: 2 records fail the check transactions.amount.range",
        }),
      );

      const { results: shown } = await checks(warehouse.context(settings), { select: ["transactions"] });
      expect(shown.map(({ name, status, failures }) => [name, status, failures])).toEqual([
        ["transactions.amount.range", "warned", 3],
        ["transactions.product_name.not_null", "warned", 2],
        ["transactions.status.accepted_values", "warned", 1],
        ["first_device", "warned", 1],
        ["transactions.happened_at.range", "passed", 0],
      ]);
      expect(shown[0]?.observed).toBe(`first at transactions.csv:2 (run ${report.run_id})`);
    }),
  );

  test(
    "is found in stores and devices too, by every column of theirs",
    inWarehouse(async (warehouse) => {
      const warn = (name: string, check: string) =>
        `{ name: ${name}, checks: [${check.replace(" }", ", severity: warn }")}] }`;
      const none = "{ accepted_values: { values: [0] } }";
      const early = "{ range: { max: 1980-01-01 } }";
      const columns = [
        [
          "stores",
          ["id", "customer_id", "name", "address", "city", "country", "typology"].map((name) =>
            warn(name, none),
          ),
          [warn("created_at", early)],
        ],
        ["devices", ["id", "type", "store_id"].map((name) => warn(name, none)), []],
        [
          "transactions",
          ["id", "device_id", "product_name", "product_sku", "category_name", "amount", "status"].map(
            (name) => warn(name, none),
          ),
          [warn("created_at", early), warn("happened_at", early)],
        ],
      ].map(
        ([name, texts, times]) => `{ name: ${String(name)}, columns: [${[texts, times].flat().join(", ")}] }`,
      );
      const settings = await checksFile(warehouse, `sources: [${columns.join(", ")}]`);
      await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 1 }));
      await warehouse.files.write(NAME, file({ id: 1 }));

      expect(await warehouse.ingest({ settings })).toMatchObject({
        status: "succeeded",
        loaded: 3,
      });

      const results = await kept(warehouse);
      expect(results).toHaveLength(8 + 3 + 9);
      expect(results.filter(({ failures }) => failures !== "1")).toEqual([]);
    }),
  );
});

test(
  "a file of checks that is wrong stops a load before it begins, and is no fault of the data",
  inWarehouse(async (warehouse) => {
    const settings = await declaring(warehouse, "{ name: card_number, checks: [not_null] }");
    await writePlaces(warehouse);
    const report = await warehouse.ingest({ settings });
    expect(report).toMatchObject({ status: "failed", loaded: 0, error: { code: "config_invalid" } });
    expect(report.error?.message).toMatch(/checks\.yaml:1: transactions\.card_number is of cards/);
    expect(await warehouse.rows("SELECT FROM operations.source_files WHERE status = 'failed'")).toEqual([]);
    expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 3 });
  }),
);
