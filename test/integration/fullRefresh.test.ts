import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOnCluster } from "../fixtures/citus.ts";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { databaseDump } from "../fixtures/databaseDump.ts";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { chunkRecords, inChunks, linesOfSources } from "../fixtures/histories.ts";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { endSessions, HOLD_UP_CHUNKS, untilALoaderWaits, withOther } from "../fixtures/otherConnection.ts";
import { known, withRefresh } from "../fixtures/refresh.ts";
import {
  deviceRecords,
  devicesFile,
  DEVICES_HEADER,
  spreadOut,
  storesFile,
  STORES_HEADER,
  transactionRecords,
  transactionsFile,
  TRANSACTIONS_HEADER,
} from "../fixtures/sourceText.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";
import { withUndone } from "../fixtures/undo.ts";
import type { Warehouse } from "../fixtures/warehouse.ts";

/** A file that comes, with a date in its name or without one; or one that grows. */
const arrival = fc.record({
  source: fc.constantFrom("transactions", "transactions", "devices", "stores"),
  day: fc.option(fc.integer({ min: 1, max: 3 })),
  grows: fc.boolean(),
  isUnterminated: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
  lines: linesOfSources,
});
/** What comes between one run and the next, and what it is said to be of. */
const load = fc.record({
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 3 }),
  asOf: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 4 }),
  chunkRecords,
});
const histories = fc.array(load, { minLength: 1, maxLength: 6 });
const HEADERS = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };

describe("a full refresh", () => {
  test(
    "knows and answers the same, however what is loaded came about, and so does one more",
    () =>
      withRefresh(async (warehouse, refresh) => {
        const { files, ingest, verify } = warehouse;
        await fc.assert(
          fc.asyncProperty(histories, async (history) => {
            await emptyWarehouse(warehouse);
            const texts = new Map<string, string>();
            const settings = { MAX_REJECT_RATIO: "1" };
            for (const { arrivals, asOf, chunkRecords: CHUNK_RECORDS } of history) {
              for (const { source, day, grows, isUnterminated, lines } of arrivals) {
                // A line that was read before it had its end was read twice: of that a refresh knows nothing.
                const mayGrow = ([name, text]: [string, string]) =>
                  name.startsWith(source) && text.endsWith("\n");
                const grown = [...texts].filter(mayGrow).at(-1)?.[0];
                const dated = day === null ? "" : `-2026-01-0${day}`;
                const name = grows && grown !== undefined ? grown : `${source}-f${texts.size}${dated}.csv`;
                const text = (texts.get(name) ?? HEADERS[source]) + lines[source];
                const ends = isUnterminated && source !== "devices";
                texts.set(name, ends ? text.trimEnd() : text);
                await files.write(name, ends ? text.trimEnd() : text);
              }
              await inChunks(CHUNK_RECORDS, () =>
                ingest({
                  settings: { ...settings, CHUNK_RECORDS },
                  ...(asOf !== null && { asOf: new Date(`2026-01-0${asOf}`) }),
                }),
              );
            }
            const before = await known(warehouse);

            for (const time of [1, 2]) {
              const report = await refresh({ settings });

              expect(report).toMatchObject({ status: "succeeded", full_refresh: true, missing: [] });
              expect({ time, known: await known(warehouse) }).toEqual({ time, known: before });
              expect(await verify()).toEqual([]);
            }
            expect(await ingest({ settings })).toMatchObject({ records_read: 0, resolved: 0 });
          }),
          { numRuns: trials({ quick: 1, all: 1_000 }), endOnFailure: trials({ quick: true, all: false }) },
        );
      }),
    HOURS_FOR_ALL,
  );
});

const MANY_REJECTS = { MAX_REJECT_RATIO: "1" };

/** Six runs with all that may happen to files and records; `elsewhere` is a folder that is not DATA_DIR. */
async function loadStory({ files, ingest }: Warehouse, elsewhere: string): Promise<void> {
  const run = (options: Parameters<Warehouse["ingest"]>[0] = {}) =>
    ingest({ ...options, settings: { ...MANY_REJECTS, CHUNK_RECORDS: "1" } });
  await files.write("stores-2026-01-01.csv", storesFile({ id: 1 }, { id: 2, country: "Italy" }, { id: 3 }));
  await files.write("devices.csv", devicesFile({ id: 1 }, { id: 2, store_id: 9 }));
  await files.write(
    "transactions.csv",
    spreadOut(transactionsFile({ id: 1 }, { id: 4, amount: "4.00" }, { id: 4, amount: "5.00" })) +
      transactionRecords(
        { id: 2, amount: "many" },
        { id: 3, device_id: 2 },
        { id: 5, card_number: "4111 1111 1111 1111" },
        { id: 6, status: "lost" },
      ),
  );
  await run();
  // Device 1 moves, after it has sold something; the store that device 2 waits for comes, and one is gone.
  await files.append("devices.csv", deviceRecords({ id: 1, type: 3, store_id: 2 }));
  await files.write(
    "stores-2026-01-02.csv",
    storesFile({ id: 1, typology: "Hotel" }, { id: 2, country: "Italy" }, { id: 9 }),
  );
  await files.append("transactions.csv", transactionRecords({ id: 7 }, { id: 1, amount: "11.00" }));
  await run();
  // Mended, late by what it is said to be of, and from elsewhere.
  const mended = join(elsewhere, "transactions-mended.csv");
  await writeFile(mended, transactionsFile({ id: 2, amount: "2.00" }, { id: 4, amount: "9.00" }));
  await run({ files: [mended], asOf: new Date("2020-02-02T02:02:02Z") });
  await files.write("transactions-2027-01-01.csv", transactionsFile({ id: 5, amount: "7.77" }, { id: 7 }));
  await run();
  await files.write("devices-2.csv", devicesFile({ id: 1, store_id: 1 }));
  await run();
  await files.write("transactions-open.csv", transactionsFile({ id: 8 }, { id: 9 }).trimEnd());
  await run();
}

async function withElsewhere<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "tillhouse-elsewhere-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that the database holds of ours, but for the log of runs with the totals of how they ended, the lock, and counters. */
async function contents(warehouse: Warehouse): Promise<Record<string, string>> {
  const dump = await databaseDump(warehouse);
  return Object.fromEntries(
    [...dump].filter(
      ([name]) =>
        /^(ingestion_layer|aggregation_layer|operations)\./.test(name) &&
        !/\.(runs|run_steps|run_totals|run_locks)$/.test(name),
    ),
  );
}

const lastRun = async ({ rows }: Warehouse) =>
  (
    await rows<{ status: string; error_code: string | null; parameters: object }>(
      "SELECT status, error_code, parameters FROM operations.runs ORDER BY run_id DESC LIMIT 1",
    )
  )[0];

describe("a full refresh of a warehouse with a story", () => {
  test("tells the same story: books sales where they were booked, keeps what was mended closed, and takes what is new", () =>
    withElsewhere((elsewhere) =>
      withRefresh(async (warehouse, refresh) => {
        const { files, ingest, verify, rows } = warehouse;
        await loadStory(warehouse, elsewhere);
        const before = await known(warehouse);
        const open = await quarantine(warehouse);
        expect(open.map(({ key, state }) => `${String(key)} ${state}`).sort()).toEqual([
          ...["2 obsolete", "2 resolved", "3 resolved", "6 rejected"],
        ]);

        expect(await refresh({ settings: MANY_REJECTS })).toMatchObject({
          ...{ status: "succeeded", full_refresh: true, missing: [], refused: [] },
          ...{ records_read: 25, resolved: 2 },
        });

        expect(await known(warehouse)).toEqual(before);
        expect(await verify()).toEqual([]);
        expect(await lastRun(warehouse)).toEqual({
          ...{ status: "succeeded", error_code: null, parameters: { files: [], full_refresh: true } },
        });
        // All of it is of one run, and nothing is noted of any.
        expect(await rows("SELECT DISTINCT run_id FROM ingestion_layer.fct_transactions")).toEqual([
          { run_id: 7 },
        ]);
        expect(await rows("SELECT FROM operations.run_changes")).toEqual([]);
        expect(await ingest({ settings: MANY_REJECTS })).toMatchObject({ records_read: 0 });
        await files.append("transactions.csv", transactionRecords({ id: 20 }));
        await files.write("transactions-new.csv", transactionsFile({ id: 21 }));
        expect(await refresh({ settings: MANY_REJECTS })).toMatchObject({ records_read: 27, watermark: 21 });
        expect(await verify()).toEqual([]);
      }),
    ));

  test("knows of each part of a file that grew when it was said", () =>
    withRefresh(async (warehouse, refresh) => {
      const { files, ingest, verify } = warehouse;
      await writePlaces(warehouse);
      await ingest();
      const settled = (day: string): Promise<void> =>
        utimes(join(files.path, "transactions.csv"), new Date(day), new Date(day));
      await files.write("transactions.csv", transactionsFile({ id: 7, amount: "1.00" }));
      await settled("2026-01-01");
      await ingest();
      await files.append("transactions.csv", transactionRecords({ id: 7, amount: "3.00" }));
      await settled("2026-01-10");
      await ingest();
      await files.write("transactions-2026-01-05.csv", transactionsFile({ id: 7, amount: "2.00" }));
      await ingest();
      const before = await known(warehouse);

      await refresh();

      expect(await known(warehouse)).toEqual(before);
      expect(await verify()).toEqual([]);
    }));

  test("knows what an end without a line end was of, though it left no version", () =>
    withRefresh(async (warehouse, refresh) => {
      const { files, ingest } = warehouse;
      await files.write("stores-2026-01-01.csv", storesFile({ id: 1, typology: "Hotel" }));
      await ingest();
      // Of one moment, since no date is in its name: first it is another store, in the end the one that it was.
      const text = storesFile({ id: 1, typology: "Florist" }, { id: 1, typology: "Hotel" });
      await files.write("stores.csv", text.trimEnd());
      await ingest({ settings: { CHUNK_RECORDS: "1" } });
      const before = await known(warehouse);

      await refresh();

      expect(await known(warehouse)).toEqual(before);
    }));

  test("rehearsed, leaves the database as it was, and reports what the refresh does then", () =>
    withElsewhere((elsewhere) =>
      withRefresh(async (warehouse, refresh) => {
        await loadStory(warehouse, elsewhere);
        const before = await contents(warehouse);
        const runs = await warehouse.rows("SELECT * FROM operations.runs ORDER BY run_id");

        const dry = await refresh({ settings: MANY_REJECTS, dryRun: true });

        expect(await contents(warehouse)).toEqual(before);
        expect(await warehouse.rows("SELECT * FROM operations.runs ORDER BY run_id")).toEqual(runs);
        expect(dry).toMatchObject({ run_id: null, dry_run: true, full_refresh: true, status: "succeeded" });
        const real = await refresh({ settings: MANY_REJECTS });
        const counts = ({ files }: typeof real) => files.map((file) => ({ ...file, duration_ms: null }));
        expect(counts(real)).toEqual(counts(dry));
      }),
    ));

  test("cannot be taken back, nor what was before it; what comes after it can", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions-1.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await refresh();
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      await warehouse.ingest();

      await withUndone(warehouse, async (undo) => {
        expect((await undo()).run?.runId).toBe(3);
        await expect(undo()).rejects.toMatchObject({
          code: "undo_not_possible",
          message: expect.stringMatching(
            /^Run 2 cannot be taken back: it rebuilt everything from the files.*Nothing is changed/,
          ),
        });
      });
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("takes a line as it became that had been read before it had its end", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }).trimEnd());
      await warehouse.ingest();
      await warehouse.files.append("transactions.csv", `\n${transactionRecords({ id: 3 })}`);
      await warehouse.ingest();
      const { facts, versions } = await known(warehouse);
      const before = { facts, versions, answers: await warehouse.answers() };

      expect(await refresh()).toMatchObject({ status: "succeeded", records_read: 6 });

      const { facts: factsNow, versions: versionsNow } = await known(warehouse);
      const now = { facts: factsNow, versions: versionsNow, answers: await warehouse.answers() };
      expect(now).toEqual(before);
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("of an empty warehouse is a first load", () =>
    withRefresh(async (warehouse, refresh) => {
      expect(await refresh()).toMatchObject({ status: "succeeded", records_read: 0, watermark: null });
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      expect(await refresh()).toMatchObject({ status: "succeeded", loaded: 4, watermark: 1 });
      expect(await warehouse.verify()).toEqual([]);
    }));
});

describe("beside a full refresh", () => {
  test("readers see what was there before, whole, until it is committed, and wait for nothing", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions.csv",
        spreadOut(transactionsFile({ id: 1 }, { id: 2 }, { id: 3 })),
      );
      await warehouse.ingest();
      const before = await warehouse.answers();
      const runsOfFacts = new Set<string>();
      let hasEnded = false;

      await withOther(warehouse, async (reader) => {
        // Whoever waits for a lock fails.
        await reader.run("SET lock_timeout = '1ms'");
        await reader.run("COMMIT");
        const read = async (): Promise<void> => {
          await reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
          const seen = await warehouse.rows<{ runs: string }>(
            "SELECT string_agg(DISTINCT run_id::text, ',') || ':' || count(*) AS runs FROM ingestion_layer.fct_transactions",
          );
          for (const { runs } of seen) runsOfFacts.add(runs);
          for (const view of Object.keys(before)) await reader.run(`SELECT * FROM aggregation_layer.${view}`);
          await reader.run("COMMIT");
          expect(await warehouse.answers()).toEqual(before);
        };
        await withOther(warehouse, async (holder) => {
          await holder.run(HOLD_UP_CHUNKS);
          const refreshing = refresh({ settings: { CHUNK_RECORDS: "1" } }).finally(() => (hasEnded = true));
          await untilALoaderWaits(warehouse);
          await read();
          await holder.run("ROLLBACK");
          while (!hasEnded) await read();
          await refreshing;
        });
        await read();
      });

      // Nodes of a cluster commit one after another: each fact is there once, as it was or as it is.
      const betweenNodes = isOnCluster() ? ["1,2:3"] : [];
      const seen = [...runsOfFacts].filter((runs) => !betweenNodes.includes(runs));
      expect(seen).toEqual(["1:3", "2:3"]);
    }));
});

describe("a full refresh that fails leaves all as it was when", () => {
  /** Fails, and is logged so; afterwards it can be done. */
  const fails = async (
    warehouse: Warehouse,
    act: () => Promise<unknown>,
    expected: { code: string; message?: unknown },
  ): Promise<void> => {
    const before = await contents(warehouse);
    await expect(act()).rejects.toMatchObject(expected);
    expect(await contents(warehouse)).toEqual(before);
    const { status, error_code: code } = (await lastRun(warehouse)) ?? {};
    const isStopped = expected.code === "run_stopped";
    expect({ status, code }).toEqual({ status: isStopped ? "stopped" : "failed", code: expected.code });
  };
  const open = async (warehouse: Warehouse): Promise<void> => {
    await writePlaces(warehouse);
    await warehouse.files.write(
      "transactions.csv",
      spreadOut(transactionsFile({ id: 1 }, { id: 2, amount: "many" }, { id: 3 })),
    );
    await warehouse.ingest({ settings: MANY_REJECTS });
  };

  test("a file has too many rejects", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      await fails(warehouse, () => refresh(), {
        code: "too_many_rejects",
        message: expect.stringMatching(
          /^The rebuild is rolled back, and all is as it was\..*transactions\.csv:/,
        ),
      });
      expect(await refresh({ settings: MANY_REJECTS })).toMatchObject({ status: "succeeded", rejected: 1 });
    }));

  test("a file in DATA_DIR is refused", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      await warehouse.files.write("transactions-x.csv", "no,header,of,ours\n");
      await fails(warehouse, () => refresh({ settings: MANY_REJECTS }), { code: "file_refused" });
      await warehouse.files.remove("transactions-x.csv");
      expect(await refresh({ settings: MANY_REJECTS })).toMatchObject({ status: "succeeded" });
    }));

  test("a file changes after it was compared", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      const change = onMessage("chunk committed", "devices.csv", () =>
        warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 9 }, { id: 3 })),
      );
      await fails(warehouse, () => refresh({ settings: MANY_REJECTS, logger: change.logger }), {
        code: "file_changed",
      });
      await change.done();
    }));

  test("it is stopped, or broken off", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      for (const how of ["stop", "break off"]) {
        const [stop, breakOff] = [new AbortController(), new AbortController()];
        const stopping = onMessage("chunk committed", "devices.csv", () => {
          stop.abort();
          if (how === "break off") breakOff.abort();
        });
        const controls = { stopping: stop.signal, breakingOff: breakOff.signal, logger: stopping.logger };
        await fails(warehouse, () => refresh({ settings: MANY_REJECTS, ...controls }), {
          code: "run_stopped",
          message: "Stopped in the middle of the rebuild, and rolled back: all is as it was.",
        });
      }
    }));

  test("a table of somebody's refers to what is rebuilt", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      await warehouse.rows(
        "CREATE TABLE public.of_somebody AS SELECT store_key FROM ingestion_layer.dim_stores",
      );
      await warehouse.rows(
        "ALTER TABLE public.of_somebody ADD FOREIGN KEY (store_key) REFERENCES ingestion_layer.dim_stores",
      );
      await fails(warehouse, () => refresh({ settings: MANY_REJECTS }), {
        ...{ code: "database_refused", message: expect.stringContaining("Rows of public.of_somebody, ") },
      });
      await warehouse.rows("DELETE FROM public.of_somebody");
      const before = await known(warehouse);
      // Nothing of theirs is referred to any more; foreign keys are checked row by row here.
      expect(await refresh({ settings: MANY_REJECTS })).toMatchObject({ status: "succeeded" });
      expect(await known(warehouse)).toEqual(before);
    }));

  test("its connection breaks; it is begun anew by itself, and done once", () =>
    withRefresh(async (warehouse, refresh) => {
      await open(warehouse);
      const before = await known(warehouse);
      const cutting = onMessage("chunk committed", "devices.csv", () =>
        endSessions(warehouse, "tillhouse loader"),
      );
      const settings = { ...MANY_REJECTS, RETRY_MS: "60000", CHUNK_RECORDS: "1" };

      const report = await refresh({ settings, logger: cutting.logger });

      await cutting.done();
      expect(report).toMatchObject({ status: "succeeded", records_read: 6 });
      expect(await known(warehouse)).toEqual(before);
      expect(await warehouse.verify()).toEqual([]);
    }));
});

describe("what was loaded and is in no file any more", () => {
  const settings = MANY_REJECTS;
  const refuses = async (
    warehouse: Warehouse,
    act: () => Promise<unknown>,
    message: RegExp,
  ): Promise<void> => {
    const before = await contents(warehouse);
    await expect(act()).rejects.toMatchObject({
      ...{ code: "files_missing", exitCode: 1, message: expect.stringMatching(message) },
    });
    expect(await contents(warehouse)).toEqual(before);
    expect(await lastRun(warehouse)).toMatchObject({ status: "failed", error_code: "files_missing" });
  };
  const ids = async ({ rows }: Warehouse) =>
    (
      await rows<{ id: number }>(
        "SELECT transaction_id::integer AS id FROM ingestion_layer.fct_transactions ORDER BY 1",
      )
    ).map(({ id }) => id);

  test("is refused where its file is gone, and left out where that is allowed", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions-1.csv",
        transactionsFile({ id: 1 }, { id: 2, device_id: 99 }),
      );
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 3 }));
      await warehouse.ingest({ settings });
      await warehouse.files.remove("transactions-1.csv");

      for (const dryRun of [true, false]) {
        const before = await contents(warehouse);
        await expect(refresh({ settings, dryRun })).rejects.toMatchObject({ code: "files_missing" });
        expect(await contents(warehouse)).toEqual(before);
      }
      await refuses(
        warehouse,
        () => refresh({ settings }),
        /: transactions-1\.csv \(gone\)\. From what is missing are 1 transaction, 1 waiting record, .* --allow-missing$/,
      );
      expect(await refresh({ settings, allowMissing: true })).toMatchObject({
        ...{ status: "succeeded", missing: ["transactions-1.csv"], loaded: 4 },
      });
      expect(await ids(warehouse)).toEqual([3]);
      expect(await quarantine(warehouse)).toEqual([]);
      expect(await warehouse.verify()).toEqual([]);
      // It is no file that was loaded any more.
      expect(await refresh({ settings })).toMatchObject({ status: "succeeded", missing: [] });
    }));

  test("is refused where its file holds other bytes that nobody has loaded, and loaded as it is where that is allowed", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 2 }, { id: 3 }));

      await refuses(warehouse, () => refresh(), /: transactions\.csv \(changed\)\. From .* 2 transactions, /);
      expect(await refresh({ allowMissing: true })).toMatchObject({ missing: ["transactions.csv"] });
      expect(await ids(warehouse)).toEqual([2, 3]);
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("is refused where other bytes of its path are loaded by now, and lost where that is allowed", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 2, amount: "5.00" }));
      await warehouse.ingest();

      await refuses(
        warehouse,
        () => refresh(),
        /: transactions\.csv \(held other records before\)\. From .* 1 transaction, 1 version, /,
      );
      expect(await refresh({ allowMissing: true })).toMatchObject({ missing: ["transactions.csv"] });
      expect(await ids(warehouse)).toEqual([2]);
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("names a few files, and counts the others", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      for (let day = 1; day <= 7; day += 1)
        await warehouse.files.write(`transactions-${day}.csv`, transactionsFile({ id: day }));
      await warehouse.ingest();
      for (let day = 1; day <= 7; day += 1) await warehouse.files.remove(`transactions-${day}.csv`);

      await refuses(
        warehouse,
        () => refresh(),
        /-5\.csv \(gone\), and 2 more\. From .* are 7 transactions, /,
      );
    }));

  test("cannot be told under another LEDGER_KEY once a file has changed", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await warehouse.files.append("transactions.csv", transactionRecords({ id: 2 }));
      const otherKey = { LEDGER_KEY: "fedcba9876543210".repeat(4) };

      await refuses(
        warehouse,
        () => refresh({ settings: otherKey }),
        /\(read under another LEDGER_KEY: set it to the one of then\)/,
      );
      expect(await refresh()).toMatchObject({ status: "succeeded", watermark: 2 });
    }));

  test("is known by its size and times under another LEDGER_KEY, while it has not changed", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      // Files of tests are too young for their times to be kept.
      for (const name of ["stores.csv", "devices.csv", "transactions.csv"]) {
        const { size, mtimeNs, ctimeNs, ino } = await stat(join(warehouse.files.path, name), {
          bigint: true,
        });
        await warehouse.rows(
          "UPDATE operations.source_files SET size_bytes = $2, mtime_ns = $3, ctime_ns = $4, inode = $5 WHERE path = $1",
          [name, size, mtimeNs, ctimeNs, ino],
        );
      }

      const settings = { LEDGER_KEY: "fedcba9876543210".repeat(4) };
      expect(await refresh({ settings })).toMatchObject({ status: "succeeded", watermark: 1 });
    }));

  test("may have closed a rejected record, which is open again without it", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      const settings = { MAX_REJECT_RATIO: "1" };
      await warehouse.files.write(
        "transactions-1.csv",
        transactionsFile({ id: 1 }, { id: 2, amount: "many" }),
      );
      await warehouse.ingest({ settings });
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      await warehouse.ingest({ settings });
      expect(await quarantine(warehouse)).toMatchObject([{ key: 2, state: "obsolete" }]);
      await warehouse.files.remove("transactions-2.csv");

      await refresh({ settings, allowMissing: true });

      expect(await ids(warehouse)).toEqual([1]);
      expect(await quarantine(warehouse)).toMatchObject([{ key: 2, state: "rejected" }]);
    }));

  test("is no file of a run that was taken back", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions-1.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      await warehouse.ingest();
      await withUndone(warehouse, async (undo) => {
        await undo();
      });
      await warehouse.files.remove("transactions-2.csv");

      expect(await refresh()).toMatchObject({ status: "succeeded", missing: [] });
      expect(await ids(warehouse)).toEqual([1]);
    }));

  test("what a backfill took of a file is loaded with that file", () =>
    withRefresh(async (warehouse, refresh) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions.csv",
        transactionsFile({ id: 1 }, { id: 2 }, { id: 3, amount: "x" }),
      );
      await warehouse.ingest({ settings, range: { toId: 1 } });
      await warehouse.ingest({ settings, range: { fromId: 3 } });

      expect(await refresh({ settings })).toMatchObject({ status: "succeeded", missing: [] });
      expect(await ids(warehouse)).toEqual([1, 2]);
      expect(await warehouse.verify()).toEqual([]);
    }));
});
