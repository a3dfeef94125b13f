import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, jest, test } from "@jest/globals";
import type { Entry } from "../../src/database/entry.ts";
import { loaderPool } from "../../src/ingestion/loaderPool.ts";
import { loadInOrder } from "../../src/ingestion/loadInOrder.ts";
import { loaderSession, type LoaderSession } from "../../src/ingestion/loaderSession.ts";
import type { SourceName } from "../../src/sources/contracts.ts";
import { HEADERS, withOpenedChunks, type OpenedChunks } from "../fixtures/chunkedLoads.ts";
import { digests, facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { untilALoaderWaits } from "../fixtures/otherConnection.ts";
import {
  deviceRecords,
  devicesFile,
  storeRecords,
  storesFile,
  transactionRecords,
  transactionsFile,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { inWarehouse, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { eventually } from "../processes/eventually.ts";
import { faultTally } from "./harness/faultTally.ts";
import { numbered, trials } from "../fixtures/trials.ts";
import { onServer } from "../fixtures/testRun.ts";

jest.setTimeout(900_000);

const WRITERS = 50;
const CHUNKS = trials({ quick: 2, all: 12 });
const MOST_DELAY_MS = trials({ quick: 10, all: 200 });
const KNOWN_DEVICES = 20;
/** Come while sales of theirs are written. */
const LATE_DEVICES = 10;
const STORES = 5;

/** To this clock the files are old when they are opened, so that none is read a second time to make sure. */
const LATER = movedClock(3_600_000);

const random = (below: number): number => Math.floor(Math.random() * below);

/** A session whose commits wait for a while, with all their locks held, so that they come in any order. */
function delayedSession(entry: Entry): LoaderSession {
  const session = loaderSession(entry);
  let delayed: ReturnType<LoaderSession["connected"]> | undefined;
  const delay = async () => {
    const client = await session.connected();
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const asked = async (...args: unknown[]): Promise<unknown> => {
      await pause(random(MOST_DELAY_MS + 1));
      return query(...args);
    };
    (client as { query: unknown }).query = (...args: unknown[]) =>
      args[0] === "COMMIT" ? asked(...args) : query(...args);
    return client;
  };
  return {
    ...session,
    connected: () => {
      delayed ??= delay();
      return delayed;
    },
  };
}

/** A writer's file, in chunks of whole records. */
interface WritersFile {
  readonly path: string;
  readonly source: SourceName;
  readonly chunks: readonly string[];
}

/** Sales of one writer. Their ids lie between those of all others, and a half of the writers begins with the highest. */
function salesOf(writer: number): WritersFile {
  const chunks = Array.from({ length: CHUNKS }, (_, chunk) =>
    Array.from({ length: 1 + random(30) }, (__, place): TransactionFields => {
      const turn = writer % 2 === 0 ? chunk : CHUNKS - chunk;
      const day = `${String(1 + random(12))}/${String(1 + random(28))}/2022 0${random(9)}:00:00`;
      const product = random(8);
      return {
        id: 1000 + (turn * 100 + place) * WRITERS + writer,
        device_id: 1 + random(KNOWN_DEVICES + LATE_DEVICES),
        product_sku: `SKU-${product}`,
        product_name: `Name ${random(4)} of ${product}`,
        amount: `${random(500)}.${10 + random(90)}`,
        status: ["accepted", "accepted", "refused", "cancelled"][random(4)] ?? "accepted",
        card_number: random(2) === 0 ? "4111111111111111" : "",
        ...{ created_at: day, happened_at: day },
      };
    }),
  );
  return {
    path: `transactions-${writer}.csv`,
    source: "transactions",
    chunks: chunks.map((records) => transactionRecords(...records)),
  };
}

/** Devices that come one by one, and stores of merchants that others have as well. */
function placesOf(writer: number): WritersFile {
  const ids = Array.from({ length: LATE_DEVICES / 2 }, (_, place) => 1 + place * 2 + (writer % 2));
  if (writer < 2) {
    const devices = ids.map((id) => deviceRecords({ id: KNOWN_DEVICES + id, store_id: 1 + (id % STORES) }));
    return { path: `devices-${writer}.csv`, source: "devices", chunks: devices };
  }
  const stores = ids.map((id) => storeRecords({ id: STORES + id, customer_id: 100 + (id >> 2) }));
  return { path: `stores-${writer}.csv`, source: "stores", chunks: stores };
}

async function beginWith({ files, ingest }: Warehouse): Promise<void> {
  await files.write("stores.csv", storesFile(...numbered(STORES).map((id) => ({ id }))));
  const devices = numbered(KNOWN_DEVICES).map((id) => ({
    id,
    store_id: 1 + (id % STORES),
    type: 1 + (id % 3),
  }));
  await files.write("devices.csv", devicesFile(...devices));
  expect(await ingest()).toMatchObject({ status: "succeeded", rejected: 0 });
}

const writeAll = async ({ files }: Warehouse, written: readonly WritersFile[]): Promise<void> => {
  for (const { path, source, chunks } of written) await files.write(path, HEADERS[source] + chunks.join(""));
};

const SETTINGS = { MAX_REJECT_RATIO: "1" };

/** What is there when one loads all records, of one file a source: what must be there when many do at once. */
function loadedByOne(files: readonly WritersFile[]) {
  const together = (["stores", "devices", "transactions"] as const).map((source) => ({
    ...{ path: `${source}-all.csv`, source },
    chunks: files.filter((file) => file.source === source).flatMap(({ chunks }) => chunks),
  }));
  return withWarehouse(async (warehouse) => {
    await beginWith(warehouse);
    await writeAll(warehouse, together);
    await warehouse.ingest({ settings: SETTINGS });
    return { ids: await digests(warehouse), answers: await warehouse.answers() };
  });
}

describe(`${WRITERS} writers at once, their commits held up at random`, () => {
  const tally = faultTally(`${WRITERS} writers at once`);

  test(
    "write every row once, and nobody is told of a deadlock",
    inWarehouse(async (warehouse) => {
      await beginWith(warehouse);
      const written = numbered(WRITERS).map((n) => (n <= 4 ? placesOf(n - 1) : salesOf(n)));
      const sessions = written.map(() => delayedSession(warehouse.database.entry));
      const problems: string[] = [];
      let commits = 0;
      const started = performance.now();
      await withOpenedChunks(
        warehouse,
        async (open) => {
          const opened: OpenedChunks[] = [];
          for (const { path, source, chunks } of written) opened.push(await open(path, chunks, source));
          const writeOne = async (writer: number): Promise<void> => {
            const file = opened[writer];
            const loader = file?.loaders[writer];
            if (file === undefined || loader === undefined) throw new Error("a writer has no file");
            const pool = loaderPool(() => loader, 1);
            await loadInOrder(file.parts, file.opening, pool, async (_, chunk) => {
              await file.commit(loader, chunk);
              commits += 1;
            });
          };
          const ends = await Promise.allSettled(written.map((_, writer) => writeOne(writer)));
          for (const [writer, end] of ends.entries())
            if (end.status === "rejected") problems.push(`writer ${writer}: ${String(end.reason)}`);
          for (const { complete } of opened) await complete();
        },
        sessions,
      );
      const seconds = (performance.now() - started) / 1000;
      expect(problems).toEqual([]);

      // What waited for a device is loaded, and nothing else is new.
      await writeAll(warehouse, written);
      const [waiting] = await warehouse.rows<{ records: number }>(
        "SELECT count(*)::integer AS records FROM operations.quarantine WHERE state = 'waiting'",
      );
      const next = await warehouse.ingest({ settings: SETTINGS, clock: LATER });
      expect(next).toMatchObject({ status: "succeeded", records_read: 0, resolved: waiting?.records });
      const expected = await loadedByOne(written);
      const ids = await digests(warehouse);
      const asText = (all: typeof ids): string[] => all.map(({ id, digest }) => `${id} ${digest}`);
      const [there, due] = [new Set(asText(ids)), new Set(asText(expected.ids))];
      const [conflicts] = await warehouse.rows<{ deadlocks: string }>(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
      );
      tally.note(
        `${commits} commits and ${ids.length} rows in ${seconds.toFixed(1)} s, ` +
          `${waiting?.records ?? 0} had to wait for their device; ${conflicts?.deadlocks ?? "?"} deadlocks`,
      );
      tally.add({
        lost: [...due].filter((row) => !there.has(row)).length,
        doubled: ids.length - [...there].filter((row) => due.has(row)).length,
        stuck: (await warehouse.verify()).map((difference) => JSON.stringify(difference)),
        recoverySeconds: null,
      });
      expect(await warehouse.answers()).toEqual(expected.answers);
      expect(next.watermark).toBe(Math.max(...ids.map(({ id }) => Number(id))));
      const last = await warehouse.ingest({ settings: SETTINGS, clock: LATER });
      expect(last).toMatchObject({ records_read: 0, resolved: 0 });
    }),
  );
});

describe("somebody else who locks the same rows in another order", () => {
  const tally = faultTally("a deadlock with somebody else");
  /** Rows that a chunk of new sales locks or changes, in its order. */
  const LOCKED_IN_TURN: readonly (readonly [string, string])[] = [
    ["a device", "ingestion_layer.dim_devices WHERE device_id = 2"],
    ["a label", "ingestion_layer.dim_product_labels"],
    ["a store", "ingestion_layer.dim_stores"],
    ["a day", "ingestion_layer.dim_time WHERE date_key = 20220201"],
    ["a rollup of products", "aggregation_layer.rollup_products"],
    ["the watermark", "operations.watermarks WHERE source = 'transactions'"],
  ];
  const pairs = LOCKED_IN_TURN.flatMap((first, place) =>
    LOCKED_IN_TURN.slice(place + 1).map((second) => ({ first, second })),
  );
  const chosen = trials({ quick: 3, all: 60 });
  const cases = Array.from({ length: chosen }, (_, at) => {
    // Spread over all of them, where there are fewer trials than pairs.
    const pair = pairs[Math.floor((at * pairs.length) / chosen) % pairs.length] ?? pairs[0];
    if (pair === undefined) throw new Error("there are no pairs");
    return { trial: at + 1, what: `${pair.second[0]}, then ${pair.first[0]}`, ...pair };
  });

  test.each(cases)("$what: the chunk is done again, and loaded (trial $trial)", ({ first, second }) =>
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2, device_id: 2 }));
      await warehouse.ingest();
      const sales = [{ id: 3 }, { id: 4, device_id: 2 }, { id: 5, device_id: 9 }];
      await warehouse.files.write("transactions-2.csv", transactionsFile(...sales));
      let started = 0;
      const run = await onServer(warehouse.database.url, async (other) => {
        // PostgreSQL ends the one that notices first: the load.
        await other.query("SET deadlock_timeout = '60s'");
        await other.query("BEGIN");
        await other.query(`SELECT FROM ${second[1]} FOR UPDATE`);
        const load = warehouse.ingest({ settings: SETTINGS });
        await untilALoaderWaits(warehouse);
        started = performance.now();
        // The chunk has locked this, and waits for the other.
        await other.query(`SELECT FROM ${first[1]} FOR UPDATE`);
        await other.query("COMMIT");
        return load;
      });
      const recoverySeconds = (performance.now() - started) / 1000;
      const ids = (await facts(warehouse)).map(({ id }) => id);
      tally.add({
        lost: [1, 2, 3, 4].filter((id) => !ids.includes(id)).length,
        doubled: ids.length - new Set(ids).size,
        stuck: run.status === "succeeded" ? [] : [JSON.stringify(run)],
        recoverySeconds,
      });
      expect(run).toMatchObject({ loaded: 2, rejected: 1 });
      await eventually("PostgreSQL counts a deadlock", async () => {
        const [counted] = await warehouse.rows<{ deadlocks: string }>(
          "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
        );
        return Number(counted?.deadlocks) > 0;
      });
    })(),
  );
});
