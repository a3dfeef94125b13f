import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { verify } from "../../jobs/verify.ts";
import { RIGHTS } from "../../src/database/roles/rights.ts";
import { NOTED_TABLES } from "../../src/ingestion/undo/notedTables.ts";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { warningKinds } from "../fixtures/ingestJson.ts";
import { checkKeysAsSets, checkKeysByRow } from "../fixtures/keysByRow.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { chunkRecords, inChunks, linesOfSources } from "../fixtures/histories.ts";
import {
  devicesFile,
  DEVICES_HEADER,
  storesFile,
  STORES_HEADER,
  transactionsFile,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";
import { standing, withUndo } from "../fixtures/undo.ts";
import type { Warehouse } from "../fixtures/warehouse.ts";

/** A file that is written, written anew, or grows. Files of a day come in any order. */
const arrival = fc.record({
  source: fc.constantFrom("transactions", "transactions", "devices", "stores"),
  day: fc.integer({ min: 1, max: 3 }),
  grows: fc.boolean(),
  isUnterminated: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  // Devices each once in a file, which then does not grow.
  lines: linesOfSources,
});
/** A run that finds something new, and what follows it as a run of its own. */
const step = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 3 }),
  // Read day first, most records have no month.
  order: fc.constantFrom("mdy", "mdy", "dmy"),
  follows: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    fc.constant("replay" as const),
    fc.record({ fromId: fc.integer({ min: 1, max: 15 }), toId: fc.integer({ min: 10, max: 25 }) }),
  ),
});
const histories = fc.array(step, { minLength: 1, maxLength: 5 });
/** Files that have too many records that cannot be read are stopped in their middle, and their run failed. */
const settingsOfLoads = fc.record({
  CHUNK_RECORDS: chunkRecords,
  MAX_REJECT_RATIO: fc.constantFrom("1", "1", "0.2"),
});
const HEADERS = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };

type Standing = Readonly<Record<string, readonly string[]>>;

/** What stands, of files nothing but which there are. */
function withFilesAlone(standing: Standing): string {
  return JSON.stringify(ofFiles(standing, ({ file_id: id }) => id));
}

/** What stands, but for how files were found when they were last looked at. */
function withoutLooks(standing: Standing): Record<string, unknown> {
  return ofFiles(standing, (file) => ({
    ...file,
    ...{ status: null, refusal: null, size_bytes: null, updated_at: null },
  }));
}

function ofFiles(
  standing: Standing,
  kept: (file: Readonly<Record<string, unknown>>) => unknown,
): Record<string, unknown> {
  const files = standing["operations.source_files"] ?? [];
  return {
    ...standing,
    "operations.source_files": files.map((file) => kept(JSON.parse(file) as Record<string, unknown>)),
  };
}

test(
  "each run that is taken back leaves what was there before it, down to nothing; loaded again, the answers are the same",
  () =>
    withUndo(async (warehouse, undo) => {
      const { files, ingest, replay, verify, answers } = warehouse;
      await fc.assert(
        fc.asyncProperty(histories, settingsOfLoads, fc.boolean(), async (history, settings, asSets) => {
          await emptyWarehouse(warehouse);
          await checkKeysAsSets(warehouse);
          if (!asSets) await checkKeysByRow(warehouse);
          const texts = new Map<string, string>();
          const before = [await standing(warehouse)];
          const loads: (() => Promise<unknown>)[] = [];
          const run = async (load: () => Promise<unknown>): Promise<void> => {
            const inTheirChunks = () => inChunks(settings.CHUNK_RECORDS, load);
            loads.push(inTheirChunks);
            await inTheirChunks();
            before.push(await standing(warehouse));
          };
          for (const { arrivals, order, follows } of history) {
            for (const { source, day, grows, isUnterminated, lines } of arrivals) {
              const name = `${source}-2026-01-0${day}.csv`;
              const key = source;
              const begun = grows && source !== "devices" ? texts.get(name) : undefined;
              const text = (begun ?? HEADERS[key]) + lines[key];
              texts.set(name, isUnterminated ? text.trimEnd() : text);
            }
            const present = new Map(texts);
            await run(async () => {
              for (const [name, text] of present) await files.write(name, text);
              await ingest({ settings: { ...settings, SOURCE_DATE_ORDER: order } });
            });
            if (follows === null) continue;
            await run(() =>
              follows === "replay" ? replay({ settings }) : ingest({ settings, range: follows }),
            );
          }
          expect(await verify()).toEqual([]);
          const said = await answers();
          let looked = false;
          for (const expected of before.reverse().slice(1)) {
            const now = await standing(warehouse);
            // A run in which nothing was new, or that only noted of a known file how it stands, has nothing to take back.
            if (withFilesAlone(now) === withFilesAlone(expected)) {
              // What it noted stays: that a file is refused, for one, which it still is.
              looked ||= JSON.stringify(now) !== JSON.stringify(expected);
              continue;
            }
            expect((await undo()).run).not.toBeNull();
            const compared = looked ? withoutLooks : (whole: Standing) => whole;
            expect(compared(await standing(warehouse))).toEqual(compared(expected));
            expect(await verify()).toEqual([]);
          }
          expect((await undo()).run).toBeNull();
          for (const name of texts.keys()) await files.remove(name);
          for (const load of loads) await load();
          expect(await answers()).toEqual(said);
          expect(await verify()).toEqual([]);
        }),
        // A history takes seconds: what is found is shown as it was found.
        { numRuns: trials({ quick: 2, all: 1_000 }), endOnFailure: trials({ quick: true, all: false }) },
      );
    }),
  HOURS_FOR_ALL,
);

/** A shop that has sold something, by run 1. */
async function openShop({ files, ingest }: Warehouse, settings = {}): Promise<void> {
  await files.write("stores.csv", storesFile({ id: 1 }));
  await files.write("devices.csv", devicesFile({ id: 1 }));
  await files.write("transactions-1.csv", transactionsFile({ id: 1 }));
  await ingest({ settings });
}

/** One more sale, by a run of its own. */
async function sell({ files, ingest }: Warehouse, id: number, settings = {}): Promise<void> {
  await files.write(`transactions-${id}.csv`, transactionsFile({ id, product_sku: `S${id}` }));
  await ingest({ settings });
}

const notedRuns = async ({ rows }: Warehouse): Promise<number[]> =>
  (await rows<{ run_id: number }>("SELECT DISTINCT run_id FROM operations.run_changes ORDER BY 1")).map(
    ({ run_id: runId }) => runId,
  );

describe("a run that is taken back", () => {
  test("stays in the log as undone, names its files, and is not taken back again", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await sell(warehouse, 2);
      await warehouse.ingest();

      const report = await undo();

      expect(report.run).toMatchObject({ runId: 2, files: ["transactions-2.csv"] });
      expect(report.undone).toMatchObject({ factsRemoved: 1, factsRestored: 0 });
      expect(await warehouse.verify()).toEqual([]);
      const runs = await warehouse.rows("SELECT run_id, job, status FROM operations.runs ORDER BY 1");
      expect(runs).toEqual([
        { run_id: 1, job: "ingest", status: "succeeded" },
        { run_id: 2, job: "ingest", status: "undone" },
        { run_id: 3, job: "ingest", status: "succeeded" },
        { run_id: 4, job: "undo", status: "succeeded" },
      ]);
      expect((await warehouse.ingest()).loaded).toBe(1);
      expect((await undo()).run?.runId).toBe(5);
      expect((await undo()).run?.runId).toBe(1);
      expect((await undo()).run).toBeNull();
    }));

  test("is not hidden by a backfill after it that found all of it loaded already", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await sell(warehouse, 2);
      expect(await warehouse.ingest({ range: { fromId: 1 } })).toMatchObject({
        loaded: 0,
        already_present: 2,
      });

      expect((await undo()).run?.runId).toBe(2);
      expect((await undo()).run?.runId).toBe(1);
      expect((await undo()).run).toBeNull();
    }));

  test("leaves alone what was changed by hand in rows that it did not touch", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await sell(warehouse, 2);
      await warehouse.rows("UPDATE ingestion_layer.dim_stores SET city = 'Bruges'");

      await undo();

      expect(await warehouse.rows("SELECT city FROM ingestion_layer.dim_stores")).toEqual([
        { city: "Bruges" },
      ]);
    }));

  test("that was a backfill counts for nothing any more", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }, { id: 3, amount: "x" }));
      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" }, range: { toId: 3 } });

      expect((await undo()).undone).toMatchObject({ factsRemoved: 1, rejectsRemoved: 1 });

      expect(await warehouse.verify()).toEqual([]);
    }));

  test("may be a backfill that added sales alone, of a file that a load had stopped at", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.files.write("transactions-9.csv", transactionsFile({ id: 9 }));
      await warehouse.ingest();
      await warehouse.files.write(
        "transactions-2026-01-01.csv",
        transactionsFile({ id: 2, amount: "x" }, { id: 3 }, { id: 4 }),
      );
      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.2" } });
      const before = await standing(warehouse);
      await warehouse.ingest({ range: { fromId: 3, toId: 3 } });

      expect(await undo()).toMatchObject({ run: { runId: 4 }, undone: { factsRemoved: 1 } });

      expect(await standing(warehouse)).toEqual(before);
      expect((await undo()).run?.runId).toBe(3);
    }));

  test("may be a backfill that came to rejects alone, of a file that a load had stopped at", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.files.write(
        "transactions-2.csv",
        transactionsFile({ id: 2, amount: "x" }, { id: 3, device_id: 9 }),
      );
      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "0.2" } });
      const before = await standing(warehouse);
      await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" }, range: { fromId: 3 } });

      expect(await undo()).toMatchObject({ run: { runId: 3 }, undone: { rejectsRemoved: 1 } });

      expect(await standing(warehouse)).toEqual(before);
      expect((await undo()).run?.runId).toBe(2);
    }));

  test("may be a backfill that reads an older version in another way, and comes to nothing else", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      const either = "03/03/2022 10:00:00";
      const sold = { id: 2, created_at: either };
      await warehouse.files.write(
        "transactions-2026-01-01.csv",
        transactionsFile({ ...sold, happened_at: "02/01/2022 10:00:00" }),
      );
      await warehouse.files.write(
        "transactions-2026-01-02.csv",
        transactionsFile({ ...sold, happened_at: either }),
      );
      await warehouse.ingest();
      const before = await standing(warehouse);
      await warehouse.ingest({ settings: { SOURCE_DATE_ORDER: "dmy" }, range: { fromId: 2 } });
      expect(await standing(warehouse)).not.toEqual(before);
      // One that only reads may have begun in the middle of it.
      await verify(warehouse.context());
      await warehouse.rows(
        "UPDATE operations.runs SET versions_before = (SELECT versions_before FROM operations.runs WHERE run_id = 3) WHERE job = 'verify'",
      );

      expect((await undo()).run?.runId).toBe(3);

      expect(await standing(warehouse)).toEqual(before);
      expect((await undo()).run?.runId).toBe(2);
    }));

  test("is no load that others are compared with", () =>
    withUndo(async (warehouse, undo) => {
      await writePlaces(warehouse);
      // From five loads on it is known what is usual.
      for (const day of [1, 2, 3, 4, 5]) {
        const sales = Array.from({ length: 8 }, (_, index) => ({ id: day * 10 + index }));
        await warehouse.files.write(`transactions-${day}.csv`, transactionsFile(...sales));
        await warehouse.ingest();
      }
      await undo();
      await warehouse.files.remove("transactions-5.csv");
      await warehouse.files.write("transactions-6.csv", transactionsFile({ id: 100 }));

      expect(warningKinds(await warehouse.ingest())).toEqual({});
    }));
});

describe("a run is not taken back, and nothing is changed, when", () => {
  const refuses = async (
    warehouse: Warehouse,
    undo: () => Promise<unknown>,
    message: RegExp,
  ): Promise<void> => {
    const before = await standing(warehouse);
    await expect(undo()).rejects.toMatchObject({
      code: "undo_not_possible",
      message: expect.stringMatching(message),
    });
    expect(await standing(warehouse)).toEqual(before);
    expect(await warehouse.rows("SELECT FROM operations.runs WHERE status = 'undone'")).toEqual([]);
  };

  test("UNDO_RUNS does not keep what it needs", () =>
    withUndo(async (warehouse, undo) => {
      const settings = { UNDO_RUNS: "2" };
      await openShop(warehouse, settings);
      for (const id of [2, 3, 4]) await sell(warehouse, id, settings);
      expect(await notedRuns(warehouse)).toEqual([3, 4]);
      // Nothing new is no run to keep anything of.
      await warehouse.ingest({ settings });
      expect(await notedRuns(warehouse)).toEqual([3, 4]);
      await warehouse.ingest({ settings: { UNDO_RUNS: "0" } });

      await refuses(warehouse, undo, /^Run 4 cannot be taken back: .*UNDO_RUNS/);
    }));

  test("a version before this one loaded it", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.rows("UPDATE operations.runs SET versions_before = NULL");
      await warehouse.rows("DELETE FROM operations.run_changes");

      await refuses(warehouse, undo, /^Run 1 cannot be taken back: a version of Tillhouse/);
    }));

  test("something refers to what it added that it did not write", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.files.write("stores-2.csv", storesFile({ id: 2 }));
      await warehouse.ingest();
      await warehouse.rows(
        "UPDATE ingestion_layer.dim_devices SET store_key = (SELECT store_key FROM ingestion_layer.dim_stores WHERE store_id = 2)",
      );

      await refuses(warehouse, undo, /^Run 2 cannot be taken back: rows of ingestion_layer\.dim_devices /);
    }));

  test("a fact that it corrected was removed since", () =>
    withUndo(async (warehouse, undo) => {
      await openShop(warehouse);
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 1, product_sku: "X" }));
      await warehouse.ingest({ asOf: new Date("2999-01-01") });
      await warehouse.rows("UPDATE ingestion_layer.dim_product_labels SET product_name = 'Roses'");

      await refuses(warehouse, undo, /of 1 transactions that it corrected, 0 can be what they were/);
    }));
});

/** What a load writes, and why it needs no note of what was there before. */
const KNOWN_OTHERWISE = [
  // Kept with their run, which they are of: nobody asks for those of one that was taken back.
  "operations.check_results",
  // Facts know the run that wrote them last, and their versions what they were before.
  "ingestion_layer.fct_transactions",
  "ingestion_layer.fct_transactions_history",
  // They follow from the facts.
  "aggregation_layer.rollup_days",
  "aggregation_layer.rollup_devices",
  "aggregation_layer.rollup_products",
  "aggregation_layer.rollup_store_first_sales",
  "aggregation_layer.rollup_stores",
  // What is in it is of runs that cannot be taken back.
  "operations.quarantine_dropped",
  // Due times do not hang on what a run came to.
  "operations.job_schedules",
  "operations.job_slots",
  "operations.job_slots_passed",
  "operations.alerts",
  // The log and the lock, and keys, which stay.
  "operations.card_token_keys",
  "operations.run_changes",
  "operations.run_files",
  "operations.run_locks",
  "operations.run_steps",
  "operations.runs",
  // Sums over that log.
  "operations.record_totals",
  "operations.run_totals",
];

test("whatever a load may write is noted by triggers that always fire, or known otherwise", () =>
  withUndo(async ({ rows }) => {
    const written = Object.entries(RIGHTS.table).flatMap(([name, { loader = [] }]) =>
      loader.some((verb) => verb !== "SELECT") ? [name] : [],
    );
    const noted = written.filter((name) => !KNOWN_OTHERWISE.includes(name));
    expect(noted.sort()).toEqual(NOTED_TABLES.map(({ table }) => table).sort());
    const triggers = await rows<{ table: string; key: string; events: number; always: boolean }>(
      `SELECT tgrelid::regclass::text AS "table", split_part(encode(tgargs, 'escape'), '\\000', 1) AS key,
         count(*)::integer AS events, bool_and(tgenabled = 'A') AS always
       FROM pg_trigger WHERE tgfoid = 'operations.note_run_changes'::regproc GROUP BY 1, 2`,
    );
    const byTable = (left: { table: string }, right: { table: string }) =>
      left.table < right.table ? -1 : 1;
    expect(triggers.sort(byTable)).toEqual(
      NOTED_TABLES.map(({ table, key }) => ({
        ...{ table, key: key.join(" "), always: true },
        // Of quarantine only what changes: records that were added know their run.
        events: table === "operations.quarantine" ? 1 : 3,
      })).sort(byTable),
    );
  }));
