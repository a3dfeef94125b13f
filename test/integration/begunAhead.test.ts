import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { AheadOfTurn } from "../../src/ingestion/aheadOfTurn.ts";
import type { ChunkLoader } from "../../src/ingestion/chunkLoader.ts";
import { loaderSession } from "../../src/ingestion/loaderSession.ts";
import type { AheadBatch, IdRange } from "../../src/ingestion/recordBatch.ts";
import { withOpenedChunks, type OpenedChunks } from "../fixtures/chunkedLoads.ts";
import { NO_TRIGGERS, testOnOneServer } from "../fixtures/citus.ts";
import { facts, quarantine, WITHOUT_VERSIONS } from "../fixtures/loadedFacts.ts";
import {
  devicesFile,
  storesFile,
  transactionRecords,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { untilWaiting, withOther } from "../fixtures/otherConnection.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

type Chunk = readonly TransactionFields[];

interface Pair extends OpenedChunks {
  readonly first: ChunkLoader;
  readonly second: ChunkLoader;
  /** Ids of the first loader's chunk. */
  readonly firstIds: IdRange | null;
}

/** Loads a file of one chunk, has two of another read by a loader each, and gives them to `work`; nothing of the two is committed. */
function withTwoRead(
  warehouse: Warehouse,
  chunks: readonly [Chunk, Chunk],
  work: (pair: Pair) => Promise<void>,
  loaded: Chunk = [{ id: 1 }, { id: 2 }],
): Promise<void> {
  return withOpenedChunks(warehouse, async (open) => {
    const before = await open("transactions-1.csv", [transactionRecords(...loaded)]);
    await readInTurns(before, before.loaders);
    for (const loader of before.loaders.slice(0, 1)) await before.commit(loader);
    await before.complete();
    const texts = chunks.map((records) => transactionRecords(...records));
    const file = await open("transactions-2.csv", texts);
    const [first, second] = file.loaders;
    if (first === undefined || second === undefined) throw new Error("two loaders are needed");
    const ids = await readInTurns(file, file.loaders);
    expect(ids).toHaveLength(2);
    await work({ ...file, first, second, firstIds: ids[0] ?? null });
  });
}

/** Has the chunks of a file read, by one loader after the other; gives their ids. */
async function readInTurns(
  { parts, opening }: OpenedChunks,
  loaders: readonly ChunkLoader[],
): Promise<(IdRange | null)[]> {
  const ids: (IdRange | null)[] = [];
  for await (const part of parts) {
    const loader = loaders[ids.length];
    if (loader === undefined) throw new Error("there are more chunks than loaders");
    const read = await loader.read(part, opening);
    if (part.chunk !== null) ids.push(read);
  }
  return ids;
}

/** Loaders whose transaction has begun and waits. */
async function waiting({ rows }: Warehouse): Promise<number> {
  const sessions = await rows(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'tillhouse loader' AND state = 'idle in transaction'`,
  );
  return sessions.length;
}

const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

/** Moves device 2 to the store of device 1. */
const MOVE_DEVICE = `
  WITH
    moved AS (
      UPDATE ingestion_layer.dim_devices
      SET store_key = (SELECT store_key FROM ingestion_layer.dim_devices WHERE device_id = 1)
      WHERE device_id = 2
      RETURNING device_key, store_key
    ),
    versions AS (
      UPDATE ingestion_layer.dim_devices_history AS kept
      SET store_key = moved.store_key FROM moved WHERE kept.device_key = moved.device_key
    )
  SELECT store_key FROM moved`;

/** A warehouse with two stores and a device in each. */
const withPlaces = (work: (warehouse: Warehouse) => Promise<void>, options?: { readonly tampered: true }) =>
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: 1 }, { id: 2 }));
    await warehouse.files.write("devices.csv", devicesFile({ id: 1 }, { id: 2, type: 2, store_id: 2 }));
    await warehouse.ingest();
    await work(warehouse);
  }, options);

describe("a chunk that is copied before its turn", () => {
  const CHUNKS: readonly [Chunk, Chunk] = [
    [{ id: 3 }, { id: 4 }],
    [{ id: 5 }, { id: 6, device_id: 2 }],
  ];

  test(
    "is seen by nobody until it is committed, after the one before it",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, firstIds, commit, complete }) => {
        expect(firstIds).toEqual({ lowest: 3, highest: 4 });
        await second.beginAhead(4);
        expect(await waiting(warehouse)).toBe(1);
        expect(await idsOf(warehouse)).toEqual([1, 2]);
        expect(await warehouse.verify()).toEqual([]);
        expect((await commit(first)).outcomes).toMatchObject({ loaded: 2 });
        expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 2 });
        await complete();
        expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is copied anew when a device has moved to another store meanwhile",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, commit, complete }) => {
        await second.beginAhead(4);
        const [moved] = await warehouse.rows<{ store_key: number }>(MOVE_DEVICE);
        await commit(first);
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 2 });
        await complete();
        const stores = await warehouse.rows(
          "SELECT store_key FROM ingestion_layer.fct_transactions WHERE transaction_id = 6",
        );
        expect(stores).toEqual([moved]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is copied anew when a label is another row meanwhile",
    withPlaces(
      (warehouse) =>
        withTwoRead(warehouse, CHUNKS, async ({ first, second, commit }) => {
          await second.beginAhead(4);
          const [label] = await warehouse.rows<{ label_key: number }>(
            `INSERT INTO ingestion_layer.dim_product_labels (label_digest, product_key, product_name, category_name)
             SELECT gen_random_uuid(), product_key, product_name, category_name
             FROM ingestion_layer.dim_product_labels RETURNING label_key`,
          );
          const key = label?.label_key;
          await warehouse.rows("UPDATE ingestion_layer.fct_transactions SET label_key = $1", [key]);
          await warehouse.rows("DELETE FROM ingestion_layer.dim_product_labels WHERE label_key <> $1", [key]);
          await commit(first);
          expect((await commit(second)).outcomes).toMatchObject({ loaded: 2 });
          const found = await warehouse.rows<{ id: number }>(
            `SELECT transaction_id::integer AS id FROM ingestion_layer.fct_transactions
             JOIN ingestion_layer.dim_product_labels USING (label_key) ORDER BY 1`,
          );
          expect(found.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
        }),
      { tampered: true },
    ),
  );

  test(
    "is judged anew when a device is gone meanwhile",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, commit, complete }) => {
        await second.beginAhead(4);
        await warehouse.rows(WITHOUT_VERSIONS);
        await warehouse.rows("DELETE FROM ingestion_layer.dim_devices WHERE device_id = 2");
        await commit(first);
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 1, rejected: 1 });
        await complete();
        expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4, 5]);
        expect(await quarantine(warehouse)).toMatchObject([{ reason: "unknown_device" }]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is rolled back when the one before it fails, and its loader goes on with another",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, commit }) => {
        await second.beginAhead(4);
        await second.letGo();
        expect(await waiting(warehouse)).toBe(0);
        expect((await commit(first)).outcomes).toMatchObject({ loaded: 2 });
        // Nothing of it is remembered as copied.
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 2 });
        expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "commits nothing once another run has taken the warehouse",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ second, commit }) => {
        await second.beginAhead(4);
        await warehouse.rows("UPDATE operations.run_locks SET fencing_token = fencing_token + 1");
        await expect(commit(second)).rejects.toMatchObject({ code: "run_lock_lost" });
        expect(await idsOf(warehouse)).toEqual([1, 2]);
        expect(await waiting(warehouse)).toBe(0);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "fails in its turn with what it met, when an id is there that the watermark does not know of",
    withPlaces(
      (warehouse) =>
        withTwoRead(warehouse, CHUNKS, async ({ first, second, commit }) => {
          // In two steps: on a cluster no row goes to another node by an update.
          await warehouse.rows(
            "CREATE TABLE public.moved AS SELECT * FROM ingestion_layer.fct_transactions WHERE transaction_id = 2",
          );
          await warehouse.rows("UPDATE public.moved SET transaction_id = 6");
          await warehouse.rows("DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 2");
          await warehouse.rows("INSERT INTO ingestion_layer.fct_transactions SELECT * FROM public.moved");
          await second.beginAhead(4);
          expect(await waiting(warehouse)).toBe(0);
          await commit(first);
          await expect(commit(second)).rejects.toThrow("duplicate key value violates unique constraint");
          expect(await idsOf(warehouse)).toEqual([1, 3, 4, 6]);
        }),
      { tampered: true },
    ),
  );
});

describe("a chunk of corrections that is judged and written before its turn", () => {
  const HALF = 450;
  const sales = (first: number, other: Omit<TransactionFields, "id"> = {}): Chunk =>
    Array.from({ length: HALF }, (_, index) => ({ ...other, id: first + index }));
  const SALES = [...sales(1), ...sales(HALF + 1)];
  const MENDED: readonly [Chunk, Chunk] = [
    sales(1, { status: "refused", amount: "5.00" }),
    sales(HALF + 1, { status: "refused", device_id: 2 }),
  ];
  const withTwoMended = (warehouse: Warehouse, work: (pair: Pair) => Promise<void>): Promise<void> =>
    withTwoRead(warehouse, MENDED, work, SALES);
  const CORRECTED = { corrected: HALF, loaded: 0, alreadyPresent: 0, rejected: 0 };

  /** Facts by status, store and amount; with what is kept of what they were. */
  const standing = async ({ rows }: Warehouse): Promise<unknown> => ({
    facts: await rows(
      `SELECT status, store_id::integer AS store, amount::text, count(*)::integer AS facts
       FROM ingestion_layer.fct_transactions JOIN ingestion_layer.dim_stores USING (store_key)
       GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    ),
    versions: await rows(
      `SELECT status, count(*)::integer AS versions FROM ingestion_layer.fct_transactions_history GROUP BY 1`,
    ),
  });
  const MENDED_STANDING = {
    facts: [
      { status: "refused", store: 1, amount: "5.00", facts: HALF },
      { status: "refused", store: 2, amount: expect.any(String), facts: HALF },
    ],
    versions: [{ status: "accepted", versions: 2 * HALF }],
  };

  test(
    "is seen by nobody until it is committed, after the one before it",
    withPlaces((warehouse) =>
      withTwoMended(warehouse, async ({ first, second, firstIds, commit, complete }) => {
        const before = await standing(warehouse);
        await second.beginAhead(firstIds?.highest ?? 0);
        expect(await waiting(warehouse)).toBe(1);
        expect(await standing(warehouse)).toEqual(before);
        expect(await warehouse.verify()).toEqual([]);
        expect((await commit(first)).outcomes).toMatchObject(CORRECTED);
        expect(await warehouse.verify()).toEqual([]);
        expect((await commit(second)).outcomes).toMatchObject(CORRECTED);
        await complete();
        expect(await standing(warehouse)).toEqual(MENDED_STANDING);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is judged anew when a device has moved to another store meanwhile",
    withPlaces((warehouse) =>
      withTwoMended(warehouse, async ({ first, second, firstIds, commit }) => {
        await second.beginAhead(firstIds?.highest ?? 0);
        await warehouse.rows(MOVE_DEVICE);
        await commit(first);
        expect((await commit(second)).outcomes).toMatchObject(CORRECTED);
        expect(await standing(warehouse)).toMatchObject({
          facts: [
            { store: 1, amount: "10.00", facts: HALF },
            { store: 1, amount: "5.00", facts: HALF },
          ],
        });
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is judged anew when a label is another row meanwhile",
    withPlaces(
      (warehouse) =>
        withTwoRead(
          warehouse,
          [MENDED[0], sales(HALF + 1, { product_name: "Asters" })],
          async ({ first, second, firstIds, commit }) => {
            await second.beginAhead(firstIds?.highest ?? 0);
            expect(await waiting(warehouse)).toBe(1);
            await warehouse.rows("DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 2000");
            await warehouse.rows(
              `WITH gone AS (
                 DELETE FROM ingestion_layer.dim_product_labels WHERE product_name = 'Asters' RETURNING *
               )
               INSERT INTO ingestion_layer.dim_product_labels (label_digest, product_key, product_name, category_name)
               SELECT label_digest, product_key, 'Asters anew', category_name FROM gone`,
            );
            await commit(first);
            expect((await commit(second)).outcomes).toMatchObject(CORRECTED);
            const labelled = await warehouse.rows(
              `SELECT product_name, count(*)::integer AS facts FROM ingestion_layer.fct_transactions
               JOIN ingestion_layer.dim_product_labels USING (label_key) GROUP BY 1 ORDER BY 1`,
            );
            expect(labelled).toEqual([
              { product_name: "Asters anew", facts: HALF },
              { product_name: expect.any(String), facts: HALF },
            ]);
          },
          [...SALES, { id: 2_000, product_name: "Asters" }],
        ),
      { tampered: true },
    ),
  );

  test(
    "waits for its turn as a whole when one of its ids is of a chunk before it, and the later line counts",
    withPlaces((warehouse) =>
      withTwoRead(
        warehouse,
        [MENDED[0], [...MENDED[1], { id: HALF, status: "cancelled" }]],
        async ({ first, second, firstIds, commit }) => {
          await second.beginAhead(firstIds?.highest ?? 0);
          expect(await waiting(warehouse)).toBe(0);
          await commit(first);
          expect((await commit(second)).outcomes).toMatchObject({ corrected: HALF + 1 });
          expect(await warehouse.verify()).toEqual([]);
        },
        SALES,
      ),
    ),
  );

  test(
    "steps back when somebody else changes one of its facts, and is loaded all the same",
    withPlaces((warehouse) =>
      withTwoMended(warehouse, async ({ first, second, firstIds, commit }) => {
        await second.beginAhead(firstIds?.highest ?? 0);
        await withOther(warehouse, async (other) => {
          const asked = other.run(
            `SELECT FROM ingestion_layer.fct_transactions WHERE transaction_id = ${2 * HALF} FOR UPDATE`,
          );
          await untilWaiting(warehouse, "somebody else");
          await asked;
          await other.run("ROLLBACK");
        });
        expect(await waiting(warehouse)).toBe(0);
        await commit(first);
        expect((await commit(second)).outcomes).toMatchObject(CORRECTED);
        expect(await standing(warehouse)).toEqual(MENDED_STANDING);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  test(
    "is taken back with all that it wrote when it is let go, or another run has taken the warehouse",
    withPlaces((warehouse) =>
      withTwoMended(warehouse, async ({ second, firstIds, commit }) => {
        const before = await standing(warehouse);
        await second.beginAhead(firstIds?.highest ?? 0);
        await second.letGo();
        expect(await waiting(warehouse)).toBe(0);
        await second.beginAhead(firstIds?.highest ?? 0);
        expect(await waiting(warehouse)).toBe(1);
        await warehouse.rows("UPDATE operations.run_locks SET fencing_token = fencing_token + 1");
        await expect(commit(second)).rejects.toMatchObject({ code: "run_lock_lost" });
        expect(await standing(warehouse)).toEqual(before);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );
});

describe("chunks of records that are known, whatever they say", () => {
  const HALF = 450;
  const LABELS = ["Tulips", "Asters", "Roses"] as const;
  const SALES: Chunk = Array.from({ length: 2 * HALF }, (_, index) => ({
    id: index + 1,
    device_id: 1 + (index % 2),
    product_name: LABELS[index % 3] ?? "",
  }));
  const change = fc.constantFrom<Omit<TransactionFields, "id">>(
    {},
    { status: "refused" },
    { amount: "5.00" },
    { device_id: 2 },
    { device_id: 99 },
    { product_name: "Roses" },
    { status: "cancelled", amount: "1.00" },
    { card_number: "4111 1111 1111 1111" },
    { happened_at: "01/01/2020 08:00:00", created_at: "01/01/2020 08:00:10" },
  );
  /** Some changes, which a chunk's records have in turns, and records that come again at its end. */
  const changes = fc.record({
    inTurns: fc.array(change, { minLength: 1, maxLength: 5 }),
    again: fc.array(fc.tuple(fc.nat(HALF - 1), change), { maxLength: 3 }),
  });
  const history = fc.record({
    changes: fc.tuple(changes, changes),
    wasSaidBefore: fc.boolean(),
    comesAgain: fc.boolean(),
  });
  type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

  const chunksOf = (of: History["changes"]): Chunk[] =>
    of.map(({ inTurns, again }, half) => {
      const sales = SALES.slice(half * HALF, (half + 1) * HALF);
      const changed = sales.map((sale, index) => ({ ...sale, ...inTurns[index % inTurns.length] }));
      return [
        ...changed,
        ...again.map(([index, other]) => ({ ...changed[index], id: half * HALF + index + 1, ...other })),
      ];
    });

  const day = (number: number): Date => new Date(Date.UTC(2024, 0, number));

  /** Loads the sales, then a file in two chunks, once or twice; gives what is there afterwards. */
  async function loaded({ changes: of, wasSaidBefore, comesAgain }: History, isAhead: boolean) {
    let begun = 0;
    let contents: unknown;
    const work = withPlaces(async (warehouse) => {
      await withOpenedChunks(warehouse, async (open) => {
        const load = async (path: string, chunks: readonly Chunk[], statedAt: Date): Promise<void> => {
          const texts = chunks.map((records) => transactionRecords(...records));
          const file = await open(path, texts, "transactions", statedAt);
          const ids = await readInTurns(file, file.loaders);
          if (isAhead) {
            await file.loaders[1]?.beginAhead(ids[0]?.highest ?? 0);
            begun += await waiting(warehouse);
          }
          for (const loader of file.loaders.slice(0, chunks.length)) await file.commit(loader);
          await file.complete();
        };
        await load("transactions-1.csv", [SALES], day(2));
        await load("transactions-2.csv", chunksOf(of), wasSaidBefore ? day(1) : day(3));
        if (comesAgain) await load("transactions-3.csv", chunksOf([of[1], of[0]]), day(2));
      });
      contents = {
        facts: await warehouse.rows(
          `SELECT facts.*, path FROM ingestion_layer.fct_transactions AS facts
           JOIN operations.source_files USING (file_id) ORDER BY transaction_id`,
        ),
        versions: await warehouse.rows(
          `SELECT
             transaction_id, stated_at, path, source_line, was_current, digest, card_token, device_key, store_key,
             product_name, kept.status, amount
           FROM ingestion_layer.fct_transactions_history AS kept JOIN operations.source_files USING (file_id)
           ORDER BY transaction_id, stated_at, path, source_line, was_current`,
        ),
        quarantine: await quarantine(warehouse),
        views: await warehouse.views(),
      };
    });
    await work();
    return { begun, contents };
  }

  test(
    "come to the same when one is begun before its turn, and when not",
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async (drawn) => {
          const ahead = await loaded(drawn, true);
          const inTurn = await loaded(drawn, false);
          expect(ahead.begun).toBe(drawn.comesAgain ? 2 : 1);
          expect(ahead.contents).toEqual(inTurn.contents);
        }),
        { numRuns: trials({ quick: 1, all: 200 }), endOnFailure: trials({ quick: true, all: false }) },
      );
    },
    HOURS_FOR_ALL,
  );
});

describe("nobody waits for ever", () => {
  /** Two chunks, of which the first has to wait for its turn, having a label of its own. */
  const CHUNKS: readonly [Chunk, Chunk] = [[{ id: 3, product_sku: "NEW" }], [{ id: 4 }]];

  test(
    "for a chunk that is copied ahead: it steps back when somebody else asks for the table, and is loaded all the same",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, commit }) => {
        await second.beginAhead(3);
        expect(await waiting(warehouse)).toBe(1);
        await withOther(warehouse, async (other) => {
          const asked = other.run("LOCK TABLE ingestion_layer.fct_transactions IN SHARE MODE");
          await untilWaiting(warehouse, "somebody else");
          // In line behind whoever asked.
          const committed = commit(first);
          await asked;
          await other.run("ROLLBACK");
          expect((await committed).outcomes).toMatchObject({ loaded: 1 });
        });
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 1 });
        expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    ),
  );

  testOnOneServer(
    NO_TRIGGERS,
    "for a trigger of the user's own: with one on the fact, nothing is copied ahead",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, CHUNKS, async ({ first, second, commit }) => {
        await warehouse.rows(`
          CREATE TABLE public.totals (loads integer NOT NULL);
          INSERT INTO public.totals VALUES (0);
          CREATE FUNCTION public.count_loads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            AS 'BEGIN UPDATE public.totals SET loads = loads + 1; RETURN NULL; END';
          CREATE TRIGGER count_loads AFTER INSERT ON ingestion_layer.fct_transactions
            FOR EACH STATEMENT EXECUTE FUNCTION public.count_loads()`);
        await second.beginAhead(3);
        expect(await waiting(warehouse)).toBe(0);
        await commit(first);
        await commit(second);
        expect(await warehouse.rows("SELECT loads FROM public.totals")).toEqual([{ loads: 2 }]);
      }),
    ),
  );
});

describe("a chunk waits for its turn with all of its records", () => {
  /** How it comes about, the two chunks, and what is loaded of them. */
  const cases: readonly [string, readonly [Chunk, Chunk], readonly number[]][] = [
    [
      "when one of its ids is of a chunk before it",
      [
        [{ id: 3 }, { id: 5 }],
        [{ id: 5 }, { id: 6 }],
      ],
      [3, 5, 6],
    ],
    ["when its ids do not rise", [[{ id: 3 }], [{ id: 5 }, { id: 4 }]], [3, 4, 5]],
    ["when one of its labels is new", [[{ id: 3 }], [{ id: 4, product_sku: "NEW" }]], [3, 4]],
  ];
  test.each(cases)("%s", (_when, chunks, loaded) =>
    withPlaces((warehouse) =>
      withTwoRead(warehouse, chunks, async ({ first, second, firstIds, commit }) => {
        await second.beginAhead(firstIds?.highest ?? 0);
        expect(await waiting(warehouse)).toBe(0);
        await commit(first);
        await commit(second);
        expect(await idsOf(warehouse)).toEqual([1, 2, ...loaded]);
        expect(await warehouse.verify()).toEqual([]);
      }),
    )(),
  );

  test(
    "when an id of it is one that was rejected",
    withPlaces((warehouse) =>
      withTwoRead(warehouse, [[{ id: 3, amount: "x" }], [{ id: 3 }, { id: 4 }]], async (pair) => {
        const { first, second, firstIds, commit } = pair;
        expect(firstIds).toBeNull();
        await commit(first);
        await second.beginAhead(0);
        expect(await waiting(warehouse)).toBe(0);
        expect((await commit(second)).outcomes).toMatchObject({ loaded: 2 });
      }),
    ),
  );
});

test(
  "a transaction that waits for its turn outlives the time after which an idle one is ended",
  inWarehouse(async ({ database }) => {
    const session = loaderSession(database.entry);
    try {
      const client = await session.connected();
      await client.query("SET idle_in_transaction_session_timeout = '1s'");
      const batch: AheadBatch = {
        ids: () => null,
        send: () => Promise.resolve("new records"),
        forget: () => undefined,
      };
      const ahead = new AheadOfTurn(100);
      await ahead.begin(client, batch, 0, () => Promise.reject(new Error("there is nothing to judge")));
      await pause(2_500);
      expect(ahead.takeOver()).toEqual({ judged: null });
      await expect(client.query("COMMIT")).resolves.toMatchObject({ command: "COMMIT" });
    } finally {
      await session.close();
    }
  }),
);
