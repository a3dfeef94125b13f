import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { BackfillRange } from "../../jobs/backfillRange.ts";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { chunkRecords, inChunks } from "../fixtures/histories.ts";
import { facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { endSessions } from "../fixtures/otherConnection.ts";
import { spreadOut, transactionRecords, transactionsFile } from "../fixtures/sourceText.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const NAME = "transactions.csv";
const EACH_A_CHUNK = { CHUNK_RECORDS: "1", MAX_REJECT_RATIO: "1" };

const ids = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

/** Where the files of the ledger stand. */
const checkpoints = ({ rows }: Warehouse) =>
  rows(
    "SELECT file_id, path, status, committed_bytes, records_read, loaded FROM operations.source_files ORDER BY 1",
  );

describe("a backfill", () => {
  test(
    "takes the records with ids in its range, and the next run the others",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, transactionsFile({ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }));

      const backfill = await warehouse.ingest({ range: { fromId: 2, toId: 3 } });

      expect(backfill.files.at(-1)).toMatchObject({
        path: NAME,
        records_read: 2,
        loaded: 2,
        out_of_range: 2,
      });
      expect(await ids(warehouse)).toEqual([2, 3]);
      const [run] = await warehouse.rows("SELECT parameters FROM operations.runs");
      expect(run).toEqual({ parameters: { files: [], from_id: 2, to_id: 3 } });
      expect(await warehouse.verify()).toEqual([]);
      expect(await warehouse.ingest()).toMatchObject({ records_read: 4, loaded: 2, already_present: 2 });
      expect(await ids(warehouse)).toEqual([1, 2, 3, 4]);
      expect(await warehouse.ingest()).toMatchObject({ records_read: 0 });
    }),
  );

  test(
    "takes the days in its range, in the source's time zone",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const at = (id: number, happened: string) => ({ id, happened_at: happened });
      await warehouse.files.write(
        NAME,
        transactionsFile(
          at(1, "2022-02-28T22:59:59.999999Z"),
          at(2, "2022-02-28T23:00:00Z"),
          at(3, "03/02/2022 23:59:59"),
          at(4, "03/03/2022 0:00:00"),
        ),
      );
      const settings = { SOURCE_TIMEZONE: "Europe/Brussels" };
      const range = { fromDate: "2022-03-01", toDate: "2022-03-02" };
      expect(await warehouse.ingest({ settings, range })).toMatchObject({ loaded: 5 });
      expect(await ids(warehouse)).toEqual([2, 3]);
      expect(await warehouse.ingest({ settings, range: { fromDate: "2022-03-03" } })).toMatchObject({
        loaded: 1,
      });
      expect(await warehouse.ingest({ settings, range: { toDate: "2022-02-28", toId: 0 } })).toMatchObject({
        loaded: 0,
      });
      expect(await ids(warehouse)).toEqual([2, 3, 4]);
    }),
  );

  test(
    "reads loaded files again without a trace on where they stand",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(
          transactionsFile({ id: 1 }, { id: 2, amount: "1.00" }, { id: 2, amount: "2.00" }, { id: 3 }),
        ),
      );
      await warehouse.ingest({ settings: EACH_A_CHUNK });
      await warehouse.files.append(NAME, transactionRecords({ id: 4 }));
      const before = { stands: await checkpoints(warehouse), facts: await facts(warehouse) };

      for (const settings of [EACH_A_CHUNK, {}])
        expect(await warehouse.ingest({ settings, range: { toId: 3 } })).toMatchObject({
          records_read: 4,
          already_present: 3,
          superseded: 1,
        });

      expect({ stands: await checkpoints(warehouse), facts: await facts(warehouse) }).toEqual(before);
      // No version is kept twice.
      expect(
        await warehouse.rows("SELECT source_line FROM ingestion_layer.fct_transactions_history"),
      ).toHaveLength(1);
      expect(await warehouse.ingest()).toMatchObject({ records_read: 1, loaded: 1 });
    }),
  );

  test(
    "rejects what is known to be in its range, once",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(
          transactionsFile(
            { id: 1 },
            { id: 2, amount: "many" },
            { id: "two" },
            { id: 4, device_id: 99 },
            { id: 5, amount: "many" },
          ),
        ),
      );
      const settings = EACH_A_CHUNK;
      const open = async () =>
        (await quarantine(warehouse))
          .filter(({ state }) => state !== "obsolete")
          .map(({ key, state }) => ({ key, state }));
      const ofRange = [
        { key: 2, state: "rejected" },
        { key: 4, state: "waiting" },
      ];
      const range = { fromId: 1, toId: 4 };
      for (let times = 0; times < 2; times += 1) {
        const { files } = await warehouse.ingest({ settings, range });
        expect(files.at(-1)).toMatchObject({ rejected: 2, out_of_range: 2 });
        expect(await open()).toEqual(ofRange);
        expect(await warehouse.verify()).toEqual([]);
      }
      await warehouse.ingest({ settings });
      const all = [ofRange[0], { key: null, state: "rejected" }, ofRange[1], { key: 5, state: "rejected" }];
      expect(await open()).toEqual(all);
      await warehouse.ingest({ settings, range });
      expect(await open()).toHaveLength(all.length);
    }),
  );

  test(
    "whose connection breaks goes on where it was, and counts each record once",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        NAME,
        spreadOut(transactionsFile({ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 })),
      );
      const cutting = onMessage("chunk committed", NAME, () => endSessions(warehouse, "tillhouse loader"));
      const settings = { CHUNK_RECORDS: "1", RETRY_MS: "60000" };

      const { files } = await warehouse.ingest({ settings, range: { toId: 3 }, logger: cutting.logger });

      await cutting.done();
      expect(files.at(-1)).toMatchObject({ records_read: 3, loaded: 3, out_of_range: 1 });
      expect(await ids(warehouse)).toEqual([1, 2, 3]);
    }),
  );

  test(
    "does not take one file's version for newer than another's that was said later",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const older = { id: 1, amount: "1.00" };
      await warehouse.files.write("transactions_2026-05-01.csv", transactionsFile(older, { id: 2 }));
      await warehouse.files.write(
        "transactions_2026-05-02.csv",
        transactionsFile({ ...older, amount: "2.00" }),
      );
      await warehouse.ingest();
      const before = await facts(warehouse);

      const range = { fromId: 1, toId: 1 };
      const files = [`${warehouse.files.path}/transactions_2026-05-01.csv`];
      expect(await warehouse.ingest({ files, range })).toMatchObject({ corrected: 0, superseded: 1 });
      expect(await facts(warehouse)).toEqual(before);
    }),
  );

  test.each([
    ["after another id", [{ id: 5 }]],
    ["at the beginning of its file", []],
  ])("overwrites nothing that a later line says as an earlier file did; %s", (_where, others) =>
    inWarehouse(async (warehouse) => {
      const { files, ingest } = warehouse;
      await writePlaces(warehouse);
      const first = { id: 1, amount: "1.00", happened_at: "02/01/2022 09:00:00" };
      const other = { id: 1, amount: "2.00", happened_at: "02/03/2022 09:00:00" };
      await files.write("transactions-2026-01-01.csv", transactionsFile(first, { id: 5 }));
      await files.write("transactions-2026-01-02.csv", transactionsFile(...others, other, first));
      await ingest();

      await ingest({ range: { fromDate: "2022-02-03", toDate: "2022-02-03" } });

      expect(await facts(warehouse)).toMatchObject([{ id: 1, amount: "1.00" }, { id: 5 }]);
    })(),
  );

  test(
    "of a file of another source is refused",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const run = warehouse.ingest({ files: [`${warehouse.files.path}/stores.csv`], range: { fromId: 1 } });
      await expect(run).rejects.toMatchObject({ code: "usage_invalid", exitCode: 2 });
    }),
  );

  test(
    "can be rehearsed",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(NAME, transactionsFile({ id: 1 }, { id: 2 }));
      const { files } = await warehouse.ingest({ range: { toId: 1 }, dryRun: true });
      expect(files.at(-1)).toMatchObject({ loaded: 1, out_of_range: 1 });
      expect(await ids(warehouse)).toEqual([]);
    }),
  );
});

const RECORD = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  device_id: fc.constantFrom(1, 2, 2, 99),
  amount: fc.constantFrom("1.00", "2.00", "3.00"),
  product_name: fc.constantFrom("Tulips", "Roses"),
  product_sku: fc.constantFrom("3770009015048", "3770009015049"),
  status: fc.constantFrom("accepted", "refused"),
});
/** Where the ids are cut into ranges, and the order in which these are loaded. */
const CUTS = fc.record({
  cuts: fc.uniqueArray(fc.integer({ min: 2, max: 12 }), { maxLength: 4 }),
  order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  chunkRecords,
});

function rangesOf({ cuts, order }: { cuts: number[]; order: number[] }): BackfillRange[] {
  const from = [1, ...cuts.sort((a, b) => a - b)];
  return from
    .map((fromId, at) => ({ range: { fromId, toId: (from[at + 1] ?? 1000) - 1 }, place: order[at] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ range }) => range);
}

describe("a file that is loaded by backfills of ranges that cover it", () => {
  test(
    "ends, with the run after them, as it ends by one run",
    inWarehouse(async (warehouse) => {
      await fc.assert(
        fc.asyncProperty(fc.array(RECORD, { minLength: 1, maxLength: 20 }), CUTS, async (records, plan) => {
          const settings = { CHUNK_RECORDS: plan.chunkRecords, MAX_REJECT_RATIO: "1" };
          const text = transactionsFile(...records);
          const load = async (ranges: readonly BackfillRange[]) => {
            await emptyWarehouse(warehouse);
            await writePlaces(warehouse);
            await warehouse.files.write(NAME, text);
            await inChunks(plan.chunkRecords, async () => {
              for (const range of ranges) await warehouse.ingest({ settings, range });
              await warehouse.ingest({ settings });
            });
            expect(await warehouse.verify()).toEqual([]);
            return { views: await warehouse.views(), facts: await facts(warehouse) };
          };
          const once = await load([]);
          expect(await load(rangesOf(plan))).toEqual(once);
        }),
        { numRuns: trials({ quick: 2, all: 1_000 }) },
      );
    }),
    HOURS_FOR_ALL,
  );
});
