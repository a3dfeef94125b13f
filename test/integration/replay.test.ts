import { chmod } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { chunkRecords, inChunks } from "../fixtures/histories.ts";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import {
  deviceRecords,
  devicesFile,
  DEVICES_HEADER,
  storeRecords,
  storesFile,
  STORES_HEADER,
  transactionRecords,
  transactionsFile,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";
import { standing, withUndo } from "../fixtures/undo.ts";
import { inWarehouse, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const DAY_FIRST = { SOURCE_DATE_ORDER: "dmy" };
const ALL = { MAX_REJECT_RATIO: "1" };
/** Read as the month first, this is none. */
const ON_20_JANUARY = "20/01/2022 09:00:00";

/** Three sales, of which the second needs SOURCE_DATE_ORDER=dmy. */
const SALES = transactionsFile(
  { id: 1, happened_at: "01/02/2022 09:00:00" },
  { id: 2, happened_at: ON_20_JANUARY },
  { id: 3, amount: "many" },
);

/** Two that it makes readable, of which one has to wait for its device, and one is wrong in another way. */
const STILL_OPEN = transactionsFile(
  { id: 1, happened_at: ON_20_JANUARY, device_id: 9, card_number: "4111 1111 1111 1111" },
  { id: 2, happened_at: ON_20_JANUARY, created_at: "01/20/2022 09:00:00" },
);

describe("replay", () => {
  test(
    "reads again what could not be read, once a setting has changed, and says what is open by then",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", SALES);
      await warehouse.ingest({ settings: ALL });

      const report = await warehouse.replay({ settings: DAY_FIRST });

      expect(report).toMatchObject({
        runId: 2,
        reasons: [
          { reason: "bad_amount", before: 1, loaded: 0, corrected: 0, after: 1 },
          { reason: "day_first", before: 1, loaded: 1, corrected: 0, after: 0 },
        ],
        notRead: [],
      });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1, 2]);
      expect((await quarantine(warehouse)).map(({ line, state }) => ({ line, state }))).toEqual([
        { line: 3, state: "resolved" },
        { line: 4, state: "rejected" },
      ]);
      const runs = await warehouse.rows(
        "SELECT job, status, parameters, records_read, resolved FROM operations.runs ORDER BY run_id",
      );
      expect(runs[1]).toEqual({
        ...{ job: "replay", status: "succeeded", parameters: { reasons: [] } },
        ...{ records_read: "0", resolved: "1" },
      });
      // The next run finds nothing new, and a replay nothing that it could do.
      expect(await warehouse.ingest({ settings: DAY_FIRST })).toMatchObject({ records_read: 0, resolved: 0 });
      expect((await warehouse.replay({ settings: DAY_FIRST })).reasons).toEqual([
        { reason: "bad_amount", before: 1, loaded: 0, corrected: 0, after: 1 },
      ]);
    }),
  );

  test(
    "tries only the reasons that are named",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", SALES);
      await warehouse.ingest({ settings: ALL });

      await warehouse.replay({ reasons: ["bad_amount"], settings: DAY_FIRST });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1]);
      await warehouse.replay({ reasons: ["bad_amount", "day_first"], settings: DAY_FIRST });
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([1, 2]);
    }),
  );

  test(
    "loads what waits for a device that has come, and only where its reason is asked for",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2, device_id: 9 }));
      await warehouse.ingest();
      // As by hand, or by another program: a load of ours would have tried it by itself.
      await warehouse.rows(
        `INSERT INTO ingestion_layer.dim_devices (device_id, device_type, store_key, digest, run_id, file_id, source_line)
         SELECT 9, 1, store_key, digest, run_id, file_id, 99 FROM ingestion_layer.dim_devices WHERE device_id = 1`,
      );
      await warehouse.rows(
        `INSERT INTO ingestion_layer.dim_devices_history (device_key, valid_from, is_current, stated_at, file_id,
           source_line, store_key, device_type)
         SELECT new.device_key, '-infinity', true, known.stated_at, known.file_id, 99, known.store_key, 1
         FROM ingestion_layer.dim_devices_history AS known, ingestion_layer.dim_devices AS new
         WHERE new.device_id = 9 AND known.device_type = 1`,
      );

      const other = await warehouse.replay({ reasons: ["day_first"] });
      expect(other.reasons).toMatchObject([{ reason: "unknown_device", before: 1, loaded: 0, after: 1 }]);
      const report = await warehouse.replay({ reasons: ["unknown_device"] });
      expect(report.reasons).toMatchObject([{ reason: "unknown_device", before: 1, loaded: 1, after: 0 }]);
    }),
  );

  test(
    "keeps whole, to wait, what can be read by now and not be loaded; notes another reason where there is one",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", STILL_OPEN);
      await warehouse.ingest({ settings: ALL });

      const report = await warehouse.replay({ settings: DAY_FIRST });

      expect(report.reasons).toEqual([
        { reason: "bad_timestamp", before: 0, loaded: 0, corrected: 0, after: 1 },
        { reason: "day_first", before: 2, loaded: 0, corrected: 0, after: 0 },
        { reason: "unknown_device", before: 0, loaded: 0, corrected: 0, after: 1 },
      ]);
      expect(await warehouse.verify()).toEqual([]);
      await warehouse.files.write("devices-2.csv", devicesFile({ id: 9 }));
      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      const [sale] = await warehouse.rows(
        "SELECT card_last4, source_line FROM ingestion_layer.fct_transactions WHERE transaction_id = 1",
      );
      expect(sale).toEqual({ card_last4: "1111", source_line: "2" });
    }),
  );

  test(
    "names records of files that are gone, unreadable, or not what they were, and loads the others",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const { files } = warehouse;
      const sale = (id: number) => transactionsFile({ id, happened_at: ON_20_JANUARY });
      for (const [index, name] of ["gone", "other", "grown", "header", "same"].entries())
        await files.write(`transactions-${name}.csv`, sale(index + 1));
      await warehouse.ingest({ settings: ALL });
      await files.remove("transactions-gone.csv");
      await files.write("transactions-other.csv", sale(9));
      await files.append("transactions-grown.csv", transactionRecords({ id: 7, happened_at: ON_20_JANUARY }));
      await files.write("transactions-header.csv", "what,is,this\n");

      const report = await warehouse.replay({ settings: DAY_FIRST });

      const other = "it does not begin any more with what was read of it";
      expect(report.notRead).toEqual([
        { source: "transactions", path: "transactions-gone.csv", why: "it is gone", lines: [2] },
        { source: "transactions", path: "transactions-header.csv", why: other, lines: [2] },
        { source: "transactions", path: "transactions-other.csv", why: other, lines: [2] },
      ]);
      // What is new of a file is for the next load.
      expect((await facts(warehouse)).map(({ id }) => id)).toEqual([3, 5]);
      expect(await warehouse.ingest({ settings: DAY_FIRST })).toMatchObject({ loaded: 2 });
    }),
  );

  test("names records of a file that this user may not read", async () => {
    if (process.getuid?.() === 0) return;
    await withWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", SALES);
      await warehouse.ingest({ settings: ALL });
      await chmod(join(warehouse.context().config.dataDir, "transactions.csv"), 0);

      const { notRead } = await warehouse.replay();

      expect(notRead).toMatchObject([{ why: "it cannot be read: this user may not read it", lines: [3, 4] }]);
    });
  });

  test(
    "reads a last line without its end, as long as nothing follows it",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const { files } = warehouse;
      const begun = transactionsFile({ id: 1, happened_at: ON_20_JANUARY }).trimEnd();
      await files.write("transactions-1.csv", begun);
      await files.write("transactions-2.csv", begun.replace("1,", "2,"));
      await warehouse.ingest({ settings: ALL });
      await files.append("transactions-2.csv", "0");

      const report = await warehouse.replay({ settings: DAY_FIRST });

      expect(report.reasons).toMatchObject([{ reason: "day_first", before: 2, loaded: 1, after: 1 }]);
      expect(report.notRead).toMatchObject([
        { path: "transactions-2.csv", why: "it goes on after what was its end", lines: [2] },
      ]);
      await files.append("transactions-1.csv", "\n");
      expect(await warehouse.ingest({ settings: DAY_FIRST })).toMatchObject({ already_present: 1 });
    }),
  );

  test(
    "overwrites nothing that a later line of its file says as an earlier file did",
    inWarehouse(async (warehouse) => {
      const { files, ingest, rows } = warehouse;
      const store = { id: 1, typology: "Hotel" };
      const sale = { id: 1, amount: "1.00" };
      await files.write("stores-2026-01-01.csv", storesFile(store));
      await files.write("devices-2026-01-01.csv", devicesFile({ id: 1 }));
      await files.write("transactions-2026-01-01.csv", transactionsFile(sale));
      await ingest({ settings: ALL });
      const wrong = { typology: "Florist", created_at: ON_20_JANUARY };
      await files.write("stores-2026-01-02.csv", storesFile({ ...store, ...wrong }, store));
      const other = { amount: "2.00", happened_at: ON_20_JANUARY };
      await files.write("transactions-2026-01-02.csv", transactionsFile({ ...sale, ...other }, sale));
      await ingest({ settings: ALL });

      const { reasons } = await warehouse.replay({ settings: DAY_FIRST });

      expect(reasons).toMatchObject([{ before: 2, loaded: 0, corrected: 0, after: 0 }]);
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "1.00" }]);
      expect(await rows("SELECT typology FROM ingestion_layer.dim_stores")).toEqual([{ typology: "Hotel" }]);
    }),
  );

  test.each([
    ["was read before", true],
    ["comes with the same run", false],
  ])(
    "books a sale at the store that its device stood in when its line was read, as a full refresh does; its device %s",
    (_when, isBefore) =>
      withRefresh(async (warehouse, refresh) => {
        const { files, ingest, replay, rows } = warehouse;
        const storesOfSales = () =>
          rows(
            `SELECT transaction_id::integer AS sale, store_id::integer AS store
             FROM ingestion_layer.fct_transactions JOIN ingestion_layer.dim_stores USING (store_key) ORDER BY 1`,
          );
        // Store 2 cannot be read either, and a device has to wait for it that a sale of the same run is of.
        await files.write(
          "stores-2026-01-01.csv",
          storesFile({ id: 1 }, { id: 2, created_at: ON_20_JANUARY }, { id: 3 }),
        );
        await files.write(
          "devices-2026-01-01.csv",
          devicesFile({ id: 1, store_id: 1 }, { id: 2, store_id: 2 }),
        );
        if (isBefore) await ingest({ settings: ALL });
        const day = { happened_at: ON_20_JANUARY };
        await files.write(
          "transactions-2026-01-01.csv",
          transactionsFile({ id: 1, ...day }, { id: 2, device_id: 2 }),
        );
        await ingest({ settings: ALL });
        await files.write("devices-2026-01-02.csv", devicesFile({ id: 1, store_id: 3 }));
        await files.write("transactions-2026-01-02.csv", transactionsFile({ id: 3, ...day }));
        await ingest({ settings: ALL });

        await replay({ settings: DAY_FIRST });

        const booked = [
          { sale: 1, store: 1 },
          { sale: 2, store: 2 },
          { sale: 3, store: 3 },
        ];
        expect(await storesOfSales()).toEqual(booked);
        await refresh({ settings: { ...ALL, ...DAY_FIRST } });
        expect(await storesOfSales()).toEqual(booked);
      }),
  );

  test(
    "tells of a version that it makes of what was said again its file, and no line",
    inWarehouse(async ({ files, ingest, replay, rows }) => {
      const of = (typology: string) => ({ typology });
      await files.write(
        "stores-2026-01-01.csv",
        storesFile({ id: 1, ...of("Hotel") }, { id: 2, ...of("Hotel") }),
      );
      const bad = { ...of("Florist"), created_at: ON_20_JANUARY };
      await files.write("stores-2026-01-02.csv", storesFile({ id: 1, ...bad }, { id: 2, ...bad }));
      await files.write("stores-2026-01-03.csv", storesFile({ id: 1, ...of("Hotel") }));
      await files.write(
        "stores-2026-01-04.csv",
        storesFile({ id: 1, ...of("Hotel") }, { id: 2, ...of("Hotel") }),
      );
      await ingest({ settings: ALL });

      await replay({ settings: DAY_FIRST });

      expect(
        await rows(
          `SELECT store_id::integer AS id, typology, path, source_line::integer AS line
           FROM aggregation_layer.store_versions WHERE valid_from > '2026-01-02' ORDER BY 1`,
        ),
      ).toEqual([
        { id: 1, typology: "Hotel", path: "stores-2026-01-03.csv", line: null },
        { id: 2, typology: "Hotel", path: "stores-2026-01-04.csv", line: null },
      ]);
    }),
  );

  test(
    "overwrites nothing that was said later",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const { files } = warehouse;
      const name = (day: number) => `transactions-2026-01-0${day}.csv`;
      await files.write(name(1), transactionsFile({ id: 1, amount: "1.00", happened_at: ON_20_JANUARY }));
      await files.write(name(2), transactionsFile({ id: 1, amount: "2.00" }));
      // Neither has an id that is known, so nothing closes the first.
      await warehouse.ingest({ files: [join(files.path, name(1))], settings: ALL });
      await warehouse.rows("UPDATE operations.quarantine SET natural_key = NULL");
      await warehouse.ingest({ settings: ALL });

      const report = await warehouse.replay({ settings: DAY_FIRST });

      expect(report.reasons).toEqual([{ reason: "day_first", before: 1, loaded: 0, corrected: 0, after: 0 }]);
      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "2.00" }]);
      expect(await quarantine(warehouse)).toMatchObject([{ line: 2, state: "obsolete" }]);
    }),
  );

  test("is taken back with the reasons that it changed, and what it could read", () =>
    withUndo(async (warehouse, undo) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", STILL_OPEN);
      await warehouse.ingest({ settings: ALL });
      const before = await standing(warehouse);
      await warehouse.replay({ settings: DAY_FIRST });

      await undo();

      expect(await standing(warehouse)).toEqual(before);
      const again = await warehouse.replay({ reasons: ["day_first"], settings: DAY_FIRST });
      expect(again.reasons).toMatchObject([
        { reason: "bad_timestamp", after: 1 },
        { reason: "day_first", before: 2, after: 0 },
        { reason: "unknown_device", after: 1 },
      ]);
    }));

  test(
    "names lines that only a backfill has read",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", SALES);
      await warehouse.ingest({ range: { fromId: 3, toId: 3 }, settings: ALL });

      expect((await warehouse.replay()).notRead).toEqual([
        {
          ...{ source: "transactions", path: "transactions.csv", lines: [4] },
          why: "only a backfill has read it that far: npm run job:ingest loads it",
        },
      ]);
    }),
  );

  test("is taken back like any run", () =>
    withUndo(async (warehouse, undo) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", SALES);
      await warehouse.ingest({ settings: ALL });
      const before = await standing(warehouse);
      await warehouse.replay({ settings: DAY_FIRST });

      const report = await undo();

      expect(report.run).toMatchObject({ runId: 2, job: "replay", files: [] });
      expect(await standing(warehouse)).toEqual(before);
    }));
});

/** Days from 13 on cannot be read with the month first; up to 12, with the same number for both, they are the same. */
const timestamp = fc.constantFrom(
  "01/01/2022 09:00:00",
  "02/02/2022 09:00:00",
  ON_20_JANUARY,
  "20/02/2022 9:30:00",
);
/** Few values, so that much is said again. */
const transaction = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  device_id: fc.integer({ min: 1, max: 3 }),
  amount: fc.constantFrom("0.01", "0.01", "19.99", "many"),
  happened_at: fc.constantFrom("01/01/2022 09:00:00", "01/01/2022 09:00:00", ON_20_JANUARY),
});
/** Each in a store of its own: a sale stays where it was booked, and where that is hangs on what was read before. */
const device = fc
  .record({ id: fc.integer({ min: 1, max: 4 }), type: fc.integer({ min: 1, max: 3 }) })
  .map((one) => ({ ...one, store_id: 1 + (one.id % 3) }));
const store = fc.record({
  id: fc.integer({ min: 1, max: 3 }),
  typology: fc.constantFrom("Hotel", "Florist"),
  created_at: timestamp,
});
/** A file of a day that is written once, or grows. */
const arrival = fc.record({
  day: fc.integer({ min: 1, max: 3 }),
  source: fc.constantFrom(
    "transactions" as const,
    "transactions" as const,
    "devices" as const,
    "stores" as const,
  ),
  transactions: fc.array(transaction, { minLength: 1, maxLength: 12 }),
  devices: fc.array(device, { minLength: 1, maxLength: 4 }),
  stores: fc.array(store, { minLength: 1, maxLength: 3 }),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer T> ? T : never;

const STORE_FIELDS = STORES_HEADER.trimEnd().split(",");
const HEADERS = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };

function recordsOf({ source, devices, stores, transactions }: Arrival): string {
  if (source === "stores") return storeRecords(...stores);
  return source === "devices" ? deviceRecords(...devices) : transactionRecords(...transactions);
}

/**
 * Loads arrivals, each by a run; records that cannot be read have no id that others could close them by. Returns the lines
 * that files have in the end.
 */
async function load(
  warehouse: Warehouse,
  history: readonly Arrival[],
  settings: Readonly<Record<string, string>> & { readonly CHUNK_RECORDS: string },
): Promise<ReadonlyMap<string, readonly string[]>> {
  await emptyWarehouse(warehouse);
  const { files } = warehouse;
  const texts = new Map<string, string>();
  for (const one of history) {
    const name = `${one.source}-2026-01-0${one.day}.csv`;
    const text = (texts.get(name) ?? HEADERS[one.source]) + recordsOf(one);
    texts.set(name, text);
    await files.write(name, text);
    await inChunks(settings.CHUNK_RECORDS, () => warehouse.ingest({ settings: { ...settings, ...ALL } }));
    await warehouse.rows("UPDATE operations.quarantine SET natural_key = NULL WHERE state = 'rejected'");
  }
  return new Map([...texts].map(([name, text]) => [name, text.split("\n")]));
}

interface Version {
  readonly path: string;
  readonly source_line: number | null;
  /** Of a store. */
  readonly store_id: number;
  readonly typology?: string;
  /** Of a device, which stands in a store. */
  readonly device_id?: number;
  readonly device_type?: number;
}

/** Versions of stores and devices, as JSON. */
async function dimensionVersions({ rows }: Warehouse): Promise<readonly Version[]> {
  const versions = await rows<{ said: Version }>(
    `SELECT said FROM (
       SELECT 'store' AS kind, store_id AS id, valid_from, to_jsonb(said) AS said FROM aggregation_layer.store_versions AS said
       UNION ALL
       SELECT 'device', device_id, valid_from, to_jsonb(said) FROM aggregation_layer.device_versions AS said
     ) AS versions
     ORDER BY kind, id, valid_from`,
  );
  return versions.map(({ said }) => said);
}

const OPEN = ["waiting", "rejected"];

/** Where records of such states stand. */
const placesOf = (records: Awaited<ReturnType<typeof quarantine>>, states: readonly string[]) =>
  records.filter(({ state }) => states.includes(state)).map(({ path, line }) => `${path}:${line}`);

/** A version may be of any line that says so: what was said in between, of the same moment, is not kept. */
const withoutLines = (versions: readonly Version[]) =>
  versions.map((version) => ({ ...version, source_line: undefined }));

/** What versions are of, by the fields of a file; what their lines say of those is to be the same. */
const valuesOf = (versions: readonly Version[]) =>
  versions.map((version) =>
    version.typology === undefined
      ? [version.device_id, version.device_type, version.store_id].join()
      : [version.store_id, version.typology].join(),
  );
const saidByLines = (versions: readonly Version[], lines: ReadonlyMap<string, readonly string[]>) =>
  versions.map((version, place) => {
    if (version.source_line === null) return valuesOf(versions)[place];
    const fields = lines.get(basename(version.path))?.[version.source_line - 1]?.split(",");
    return version.typology === undefined
      ? fields?.join()
      : [fields?.[0], fields?.[STORE_FIELDS.indexOf("typology")]].join();
  });

test(
  "what is replayed ends as if it had been read right at once",
  inWarehouse(async (warehouse) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival, { minLength: 1, maxLength: 5 }),
        chunkRecords,
        async (history, CHUNK_RECORDS) => {
          await load(warehouse, history, { ...DAY_FIRST, CHUNK_RECORDS });
          const expected = await warehouse.views();
          const versions = await dimensionVersions(warehouse);
          const open = await quarantine(warehouse);
          const lines = await load(warehouse, history, { CHUNK_RECORDS });
          await inChunks(CHUNK_RECORDS, () =>
            warehouse.replay({ settings: { ...DAY_FIRST, CHUNK_RECORDS } }),
          );
          expect(await warehouse.views()).toEqual(expected);
          const replayed = await dimensionVersions(warehouse);
          expect(withoutLines(replayed)).toEqual(withoutLines(versions));
          expect(saidByLines(replayed, lines)).toEqual(valuesOf(replayed));
          expect(await warehouse.verify()).toEqual([]);
          // A replay reads the id of a record, by which a later one may close it.
          const closed = placesOf(await quarantine(warehouse), ["obsolete"]);
          expect(placesOf(await quarantine(warehouse), OPEN)).toEqual(
            placesOf(open, OPEN).filter((place) => !closed.includes(place)),
          );
        },
      ),
      { numRuns: trials({ quick: 2, all: 1_000 }), endOnFailure: trials({ quick: true, all: false }) },
    );
  }),
  HOURS_FOR_ALL,
);
