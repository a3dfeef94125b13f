import { describe, expect, jest, test } from "@jest/globals";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { dyingAfterCommit, dyingWhenAsked, endingWith } from "../fixtures/dyingThreads.ts";
import type { IngestJson } from "../fixtures/ingestJson.ts";
import { digests, facts, quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { HOLD_UP_CHUNKS, untilALoaderWaits, untilWaiting, withOther } from "../fixtures/otherConnection.ts";
import {
  MEGABYTE_OF_BLANK_LINES,
  spreadOut,
  transactionsFile as file,
  TRANSACTIONS_HEADER,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { startThread } from "../fixtures/startThread.ts";
import { inWarehouse, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { eventually } from "../processes/eventually.ts";

// The first threads of a run of the tests wait for their TypeScript to be compiled.
jest.setTimeout(180_000);

const NAME = "transactions.csv";
const IDS = [1, 2, 3, 4, 5, 6, 7, 8];
/** A chunk a record, over two threads. */
const SETTINGS = { CHUNK_RECORDS: "1", WORKERS: "2" };

/** Stores and devices that are loaded, and a file large enough for threads, of records that are each a chunk. */
async function prepare(warehouse: Warehouse, change: Partial<TransactionFields> = {}): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.ingest();
  const records = IDS.map((id) => (id === 4 ? { id, ...change } : { id }));
  await warehouse.files.write(NAME, spreadOut(file(...records)));
}

const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

/** Waits until what threads and runs held is let go: it goes with their sessions. */
async function untilNothingIsHeld({ rows }: Warehouse): Promise<void> {
  await eventually("the sessions of threads and runs have ended", async () => {
    const sessions = await rows(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND application_name IN ('tillhouse loader', 'tillhouse lock')`,
    );
    return sessions.length === 0;
  });
}

/** The next run takes up where the chunks end that are committed, and has all of the file in the end. */
async function expectCompletion(warehouse: Warehouse, loaded: readonly number[]): Promise<void> {
  expect(await idsOf(warehouse)).toEqual(loaded);
  expect(await warehouse.verify()).toEqual([]);
  const rest = IDS.length - loaded.length;
  const next = await warehouse.ingest({ settings: SETTINGS });
  expect(next).toMatchObject({ status: "succeeded", records_read: rest, loaded: rest });
  expect(await idsOf(warehouse)).toEqual(IDS);
}

describe("a loader thread that dies", () => {
  /** Loads with threads of which one dies, so that the run fails. */
  async function loadWith(
    warehouse: Warehouse,
    threads: typeof startThread,
    code = "loader_thread_died",
  ): Promise<IngestJson["error"]> {
    const run = await warehouse.ingest({ settings: SETTINGS, startThread: threads });
    expect(run).toMatchObject({ status: "failed", error: { code } });
    expect(run.files.at(-1)).toMatchObject({ path: NAME, status: "failed" });
    const runs = "SELECT status::text, error_code AS code FROM operations.runs WHERE run_id = $1";
    expect(await warehouse.rows(runs, [run.run_id])).toEqual([{ status: "failed", code }]);
    return run.error;
  }

  test(
    "since it cannot connect fails the run, and says why",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const unreachable = "postgresql://nobody:none@127.0.0.1:1/none";
      const elsewhere: typeof startThread = (data) =>
        startThread({ ...data, database: { url: unreachable } });
      await loadWith(warehouse, elsewhere, "database_connection_lost");
      const [step] = await warehouse.rows(
        "SELECT error_message FROM operations.run_steps WHERE name = $1 AND error_message <> ''",
        [`load ${NAME}`],
      );
      expect(step).toMatchObject({ error_message: expect.stringContaining("ECONNREFUSED") });
      await expectCompletion(warehouse, []);
    }),
  );

  test(
    "by an error of ours as it starts fails the run with that error",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const error = { code: "database_busy", message: "Nobody has told what became of it." } as const;
      const ended = await loadWith(warehouse, () => endingWith(error.code, error.message), error.code);
      expect(ended).toEqual(error);
      await expectCompletion(warehouse, []);
    }),
  );

  test.each([1, 4, 8])("while it reads fails the run; the chunks before it stand (chunk %d)", (nth) =>
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await loadWith(warehouse, dyingWhenAsked("read", nth));
      await untilNothingIsHeld(warehouse);
      await expectCompletion(warehouse, IDS.slice(0, nth - 1));
    })(),
  );

  test(
    "in the middle of a commit has nothing of its chunk committed, and the run does not end before that is sure",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await withOther(warehouse, async (other) => {
        const threads = dyingWhenAsked("commitChunk", 4, {
          before: () => other.run(HOLD_UP_CHUNKS),
          after: () => untilALoaderWaits(warehouse),
        });
        const load = loadWith(warehouse, threads);
        // PostgreSQL still has the dead thread's transaction, which waits for somebody else.
        await untilWaiting(warehouse, "tillhouse");
        await other.run("ROLLBACK");
        await load;
      });
      await untilNothingIsHeld(warehouse);
      await expectCompletion(warehouse, [1, 2, 3]);
    }),
  );

  test(
    "between a commit and the news of it leaves the chunk committed, once",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await loadWith(warehouse, dyingAfterCommit(4));
      await untilNothingIsHeld(warehouse);
      await expectCompletion(warehouse, [1, 2, 3, 4]);
    }),
  );
});

describe("a load in threads", () => {
  test.each([1, 4])("commits chunks in their order, each once (threads: %d)", (workers) =>
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const settings = { ...SETTINGS, WORKERS: String(workers) };
      expect(await warehouse.ingest({ settings })).toMatchObject({ status: "succeeded", loaded: IDS.length });
      expect(await idsOf(warehouse)).toEqual(IDS);
      const ranges = await warehouse.rows<{ first: number; highest: number }>(
        `SELECT first_line::integer AS first, highest_transaction_id::integer AS highest
         FROM operations.file_ranges JOIN operations.source_files USING (file_id)
         WHERE path = '${NAME}' ORDER BY committed_at, start_byte`,
      );
      expect(ranges.map(({ highest }) => highest)).toEqual(IDS);
      const inOrder = [...ranges].sort((a, b) => a.first - b.first);
      expect(ranges).toEqual(inOrder);
    })(),
  );

  test(
    "of which a chunk in the middle has too many rejects has committed what is before it, and nothing after",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse, { amount: "x" });
      const settings = { ...SETTINGS, WORKERS: "4" };
      const run = await warehouse.ingest({ settings });
      expect(run).toMatchObject({ status: "failed", error: { code: "too_many_rejects" } });
      expect(run.error?.message).toContain("1 of the first 4 records were rejected");
      expect(await idsOf(warehouse)).toEqual([1, 2, 3]);
      expect(await warehouse.verify()).toEqual([]);

      const next = await warehouse.ingest({ settings: { ...settings, MAX_REJECT_RATIO: "1" } });
      expect(next).toMatchObject({ status: "succeeded", records_read: 5, loaded: 4, rejected: 1 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 5, 6, 7, 8]);
    }),
  );

  test(
    "that is asked to stop ends between two chunks, and the next run goes on",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const stop = new AbortController();
      const stopping = onMessage("chunk committed", NAME, () => {
        stop.abort();
      });
      const { signal } = stop;
      const run = await warehouse.ingest({ settings: SETTINGS, logger: stopping.logger, stopping: signal });
      await stopping.done();
      expect(run).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
      await expectCompletion(warehouse, [1]);
    }),
  );

  test(
    "that is broken off rolls the chunk in hand back, at once",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const breakOff = new AbortController();
      const run = await withOther(warehouse, async (other) => {
        await other.run(HOLD_UP_CHUNKS);
        const load = warehouse.ingest({ settings: SETTINGS, breakingOff: breakOff.signal });
        await untilALoaderWaits(warehouse);
        breakOff.abort();
        return load;
      });
      expect(run).toMatchObject({ status: "stopped", error: { code: "run_stopped" } });
      expect(await idsOf(warehouse)).toEqual([]);
      expect(await warehouse.ingest({ settings: SETTINGS })).toMatchObject({
        status: "succeeded",
        loaded: 8,
      });
    }),
  );

  /** Records of every kind: plain, odd but readable, to be masked, broken; the last one lacks its line end. */
  const ODD_LINES = [
    '1,1,"Tulips, red",A,"The ""best"" of",1.00,accepted,4111 1111 1111 1111,123,02/01/2022 1:00:00,02/01/2022 1:00:00',
    '2,2, "Tulips" ,A,two\u2028lines,01.50,Refused,４１１１１１１１１１１１１１１１,,2022-02-01T01:00:00Z,02/01/2022 1:00:00',
    '3,1,"two\nlines",B,"",2,cancelled,?,,02/01/2022 1:00:00,02/01/2022 1:00:00',
    "4,1,Gift 4111111111111111,B.0,é 字 😀,3.5,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00",
    '5,1,"never closed,A,,1.00,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00',
    "6,1,too,few,fields",
    "7,1,Tulips,A,,x,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00",
    "8,99,Tulips,A,,1.00,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00",
    "1,1,Tulips,A,,9.99,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00",
    "9,1,Tulips,A,,1.00,accepted,,,02/01/2022 1:00:00,02/01/2022 1:00:00",
  ];

  /** What becomes of those lines, wherever they stand in the file. */
  const loadOddLines = (between: string, encoding: "utf8" | "utf16le") =>
    withWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      const text = TRANSACTIONS_HEADER + ODD_LINES.join(between);
      await warehouse.files.write(NAME, Buffer.from(encoding === "utf8" ? text : `\ufeff${text}`, encoding));
      const settings = { ...SETTINGS, MAX_REJECT_RATIO: "1" };
      const { files, status } = await warehouse.ingest({ settings });
      const { records_read, loaded, corrected, superseded, rejected, warnings_by_kind } = files.at(-1) ?? {};
      return {
        ...{ status, records_read, rejected, warnings_by_kind },
        // A line and its correction may have met in one chunk.
        written: (loaded ?? 0) + (corrected ?? 0) + (superseded ?? 0),
        facts: await facts(warehouse),
        digests: await digests(warehouse),
        quarantine: (await quarantine(warehouse)).map(({ line: _line, ...record }) => record),
        differences: await warehouse.verify(),
      };
    });

  test("reads records of every kind as one without threads does, in any encoding", async () => {
    const small = await loadOddLines("\n", "utf8");
    expect(small).toMatchObject({ status: "succeeded", records_read: 10, rejected: 4, differences: [] });
    expect(small.facts.map(({ id }) => id)).toEqual([1, 2, 3, 4, 9]);
    for (const encoding of ["utf8", "utf16le"] as const)
      expect(await loadOddLines(`\n${MEGABYTE_OF_BLANK_LINES}`, encoding)).toEqual(small);
  });
});

describe("a backfill over threads", () => {
  test(
    "takes its range, corrects what it reads in another way, and leaves the file where it stands",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse, { happened_at: "02/20/2022 09:00:00" });
      await warehouse.ingest({ settings: SETTINGS });

      const run = await warehouse.ingest({
        settings: { ...SETTINGS, SOURCE_DATE_ORDER: "dmy", MAX_REJECT_RATIO: "1" },
        range: { fromId: 2, toId: 7 },
      });

      expect(run).toMatchObject({ status: "succeeded", corrected: 5, rejected: 1, loaded: 0 });
      expect(run.files.at(-1)).toMatchObject({ path: NAME, records_read: 6, out_of_range: 2 });
      expect(await quarantine(warehouse)).toMatchObject([{ reason: "bad_timestamp", state: "rejected" }]);
      const days = await warehouse.rows(
        `SELECT happened_at::date::text AS day, array_agg(transaction_id::integer ORDER BY transaction_id) AS ids
         FROM ingestion_layer.fct_transactions GROUP BY 1 ORDER BY 1`,
      );
      expect(days).toEqual([
        { day: "2022-01-02", ids: [2, 3, 5, 6, 7] },
        { day: "2022-02-01", ids: [1, 8] },
        { day: "2022-02-20", ids: [4] },
      ]);
      expect(await warehouse.ingest({ settings: SETTINGS })).toMatchObject({ records_read: 0 });
    }),
  );
});
