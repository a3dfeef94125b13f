import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ClientBase } from "pg";
import { sendCopy } from "../../src/ingestion/sendCopy.ts";
import { transactionLoading } from "../../src/ingestion/transactionLoading.ts";
import { FactBatch } from "../../src/ingestion/transactions/factBatch.ts";
import {
  FACT_COLUMNS,
  HEAD_BYTES,
  MOST_TUPLE_BYTES,
  STAGED_COLUMNS,
  writeFactHead,
  writeHashes,
  writeStagedHead,
  writeTail,
  type FactTail,
} from "../../src/ingestion/transactions/factTuple.ts";
import { digestOfUuid } from "../../src/sources/cards.ts";
import { binaryCopy } from "../../src/ingestion/transactions/copiedFacts.ts";
import { TRANSACTION_STATUSES } from "../../src/sources/contracts.ts";
import { LabelRegistry } from "../../src/sources/labels.ts";
import { withWarehouse } from "../fixtures/warehouse.ts";

const ORIGIN = { runId: 2_147_483_647, fileId: 70_000, cardKeyId: 32_767 };
const LABEL_DIGEST = "00ff7f80-0102-4304-8506-fffefdfcfbfa";

const instants = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) * 1000 - 1 }),
  fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) / 1000 - 1 }).map((seconds) => seconds * 1_000_000),
  fc.integer({ min: -3, max: 3 }).map((micros) => Date.UTC(2000, 0, 1) * 1000 + micros),
);
const uuids = fc.oneof(fc.uuid(), fc.constantFrom("00000000-0000-0000-0000-000000000000", LABEL_DIGEST));
const cents = fc.oneof(
  fc.constantFrom(0, 1, 10, 99, 100, 999_999, 1_000_000, 100_000_000, 1_000_000_000_000, 9_999_999_999_999),
  fc.integer({ min: 0, max: 9_999_999_999_999 }),
  fc.integer({ min: 0, max: 999_999_999 }).map((amount) => amount * 10_000),
  fc.integer({ min: 0, max: 100_000 }),
);
const days = fc.constantFrom(19_700_101, 19_991_231, 20_240_229, 21_001_231);
/** A tail with its hashes. */
type WholeTail = FactTail & { readonly digest: string };
const tails: fc.Arbitrary<WholeTail> = fc
  .record({
    transactionId: fc.oneof(
      fc.integer({ min: 1, max: 99_999_999_999_999 }),
      fc.constantFrom(1, 4_294_967_296),
    ),
    happenedAt: instants,
    createdAt: instants,
    line: fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 2 ** 40 })),
    digest: uuids.map(digestOfUuid),
    cardToken: fc.option(uuids.map(digestOfUuid)),
    cardLast4: fc.oneof(fc.integer({ min: 0, max: 9_999 }), fc.constantFrom(0, 7, 70, 700)),
    happenedDateKey: days,
    createdDateKey: days,
    status: fc.integer({ min: 0, max: 2 }),
    cents,
  })
  .map((tail) => ({ ...tail, hasCard: tail.cardToken !== null }));
const keys = fc.record({
  store: fc.integer({ min: 1, max: 2_147_483_647 }),
  device: fc.integer({ min: 1, max: 255 }),
  product: fc.integer({ min: 1, max: 65_536 }),
  label: fc.integer({ min: 1, max: 2_147_483_647 }),
  deviceId: fc.integer({ min: 1, max: 99_999_999_999_999 }),
});

/** A row as one text. */
const asRow = (...values: readonly (string | number)[]): string => values.join(" ");

/** What a tuple's tail must read as in PostgreSQL, column by column. */
function tailText({ cents: amount, cardToken, ...tail }: WholeTail): string {
  const uuid = (bytes: string): string =>
    Buffer.from(bytes, "latin1")
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return asRow(
    tail.transactionId,
    tail.happenedAt,
    tail.createdAt,
    tail.line,
    uuid(tail.digest),
    cardToken === null ? "null" : uuid(cardToken),
    tail.happenedDateKey,
    tail.createdDateKey,
    ORIGIN.runId,
    ORIGIN.fileId,
    TRANSACTION_STATUSES[tail.status] ?? "?",
    cardToken === null ? "null" : ORIGIN.cardKeyId,
    cardToken === null ? "null" : String(tail.cardLast4).padStart(4, "0"),
    `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`,
    // The bytes are those that PostgreSQL would have made of the text.
    "true",
  );
}

/** The same of rows that are there, in the order in which they came. */
async function rowsOf(client: ClientBase, table: string, head: readonly string[], runId: string) {
  const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
  const columns = [
    ...head,
    "transaction_id",
    micros("happened_at"),
    micros("created_at"),
    ..."source_line digest card_token happened_date_key created_date_key".split(" "),
    runId,
    ..."file_id status card_key_id card_last4 amount".split(" "),
    "numeric_send(amount) = numeric_send(amount::text::numeric(18, 2))",
  ];
  const texts = columns.map((column) => `coalesce((${column})::text, 'null')`);
  const { rows } = await client.query<{ row: string }>(
    `SELECT concat_ws(' ', ${texts.join(", ")}) AS row FROM ${table} ORDER BY ctid`,
  );
  return rows.map(({ row }) => row);
}

/** Runs `work` in a transaction on a connection with the staging tables and a table like the fact; nothing stays. */
function withTables(work: (client: ClientBase) => Promise<void>): Promise<void> {
  return withWarehouse(async ({ database }) => {
    const client = await database.pool.connect();
    try {
      await transactionLoading.createStaging.run(client);
      await client.query("CREATE TEMPORARY TABLE facts (LIKE ingestion_layer.fct_transactions)");
      await client.query("BEGIN");
      await work(client);
    } finally {
      await client.query("ROLLBACK");
      client.release(true);
    }
  });
}

const FACT_HEAD = ["store_key", "device_key", "product_key", "label_key"];
const STAGED_HEAD = ["device_id", "label_digest"];
const copyFacts = (client: ClientBase, tuples: Iterable<Buffer>): Promise<number> =>
  sendCopy(client, `COPY facts (${FACT_COLUMNS}) FROM STDIN (FORMAT binary)`, binaryCopy(tuples));
const copyStaged = (client: ClientBase, tuples: Iterable<Buffer>): Promise<number> =>
  sendCopy(
    client,
    `COPY staged_transactions (${STAGED_COLUMNS}) FROM STDIN (FORMAT binary)`,
    binaryCopy(tuples),
  );

/** The bytes behind the head of a tuple that gets its hashes after the rest of it. */
function withHashesLater(tail: WholeTail): Buffer {
  const out = Buffer.alloc(MOST_TUPLE_BYTES);
  const hashes = Buffer.from(`.${tail.digest}${tail.cardToken ?? ""}`, "latin1");
  const end = writeTail(out, 0, { ...tail, digest: null, cardToken: null }, ORIGIN);
  writeHashes(out, 0, hashes, 1, tail.cardToken === null ? -1 : 17);
  return out.subarray(HEAD_BYTES, end);
}

describe("a tuple in PostgreSQL's binary format", () => {
  test("is read by PostgreSQL as what was put in, as a fact and as a staged transaction", () =>
    withTables(async (client) => {
      const records = fc.array(fc.tuple(tails, keys), { minLength: 100, maxLength: 500 });
      await fc.assert(
        fc.asyncProperty(records, async (list) => {
          const tuples = list.map(([tail, { store, device, product, label }]) => {
            const out = Buffer.alloc(MOST_TUPLE_BYTES);
            const end = writeTail(out, 0, tail, ORIGIN);
            writeFactHead(out, 0, store, device, product, label);
            expect(withHashesLater(tail).equals(out.subarray(HEAD_BYTES, end))).toBe(true);
            return out.subarray(0, end);
          });
          expect(await copyFacts(client, tuples)).toBe(list.length);
          expect(await rowsOf(client, "facts", FACT_HEAD, "run_id")).toEqual(
            list.map(([tail, { store, device, product, label }]) =>
              asRow(store, device, product, label, tailText(tail)),
            ),
          );
          for (const [at, out] of tuples.entries()) {
            writeStagedHead(out, 0, list[at]?.[1].deviceId ?? 0, digestOfUuid(LABEL_DIGEST));
          }
          expect(await copyStaged(client, tuples)).toBe(list.length);
          expect(await rowsOf(client, "staged_transactions", STAGED_HEAD, "stated_run_id")).toEqual(
            list.map(([tail, { deviceId }]) => asRow(deviceId, LABEL_DIGEST, tailText(tail))),
          );
          await client.query("TRUNCATE facts, staged_transactions");
        }),
        { numRuns: 25 },
      );
    }));

  test("has cents as an amount, and last four digits with their zeros", () =>
    withTables(async (client) => {
      const amounts: readonly [number, string][] = [
        [0, "0.00"],
        [1, "0.01"],
        [10, "0.10"],
        [999_999, "9999.99"],
        [1_000_000, "10000.00"],
        [1_000_000_000_000, "10000000000.00"],
        [9_999_999_999_999, "99999999999.99"],
      ];
      const tuples = amounts.map(([amount]) => {
        const out = Buffer.alloc(MOST_TUPLE_BYTES);
        const digest = digestOfUuid(LABEL_DIGEST);
        const day = 19_700_101;
        const tail: FactTail = {
          ...{
            transactionId: 1,
            happenedAt: 0,
            createdAt: 0,
            line: 1,
            digest,
            hasCard: true,
            cardToken: digest,
            cardLast4: 7,
          },
          ...{ happenedDateKey: day, createdDateKey: day, status: 0, cents: amount },
        };
        const end = writeTail(out, 0, tail, ORIGIN);
        writeFactHead(out, 0, 1, 2, 3, 4);
        return out.subarray(0, end);
      });
      await copyFacts(client, tuples);
      const { rows } = await client.query(
        "SELECT amount::text, card_last4, happened_at::text FROM facts ORDER BY ctid",
      );
      const rest = { card_last4: "0007", happened_at: "1970-01-01 00:00:00+00" };
      expect(rows).toEqual(amounts.map(([, amount]) => ({ amount, ...rest })));
    }));
});

describe("a batch of facts", () => {
  // More than fit into the arrays that it begins with, and over several of its pages.
  const ROWS = 17_000;

  test("gives all of its tuples or some of them, chunk after chunk", () =>
    withTables(async (client) => {
      const labels = new LabelRegistry();
      const batch = new FactBatch(labels, ORIGIN);
      const label = labels.labelOf("SKU", "name", "category");
      const fill = (tail: WholeTail, rows: number): WholeTail[] => {
        batch.clear();
        const added = Array.from({ length: rows }, (_unused, row) => ({
          ...tail,
          transactionId: tail.transactionId + row,
          line: row + 1,
          // Tuples of all lengths.
          hasCard: row % 3 === 0,
          cardToken: row % 3 === 0 ? tail.digest : null,
          cents: row % 5 === 0 ? 0 : tail.cents + row,
          status: row % 3,
        }));
        for (const [row, one] of added.entries()) {
          // Every other one is hashed later, with others.
          const hashes = row % 2 === 0 ? {} : { digest: null, cardToken: null };
          batch.add({ ...one, ...hashes }, { deviceId: 1 + (row % 7), labelIndex: label.index });
        }
        for (const [row, { digest, cardToken }] of added.entries()) {
          const bytes = Buffer.from(`${digest}${cardToken ?? ""}`, "latin1");
          if (row % 2 === 1) batch.writeHashes(row, bytes, 0, cardToken === null ? -1 : 16);
        }
        return added;
      };
      for (const [seed, rows] of [ROWS, 3, 6_000].entries()) {
        const [tail] = fc.sample(
          tails.filter(({ transactionId }) => transactionId < 1e13),
          { seed, numRuns: 1 },
        );
        if (tail === undefined) throw new Error("no sample");
        const added = fill(tail, rows);
        expect(batch.rows).toBe(rows);
        const all = Int32Array.from(added, (_one, row) => row);
        const odd = all.filter((row) => row % 2 === 1);
        const even = all.filter((row) => row % 2 === 0);
        const textOf = (row: number): string => tailText(added[row] ?? tail);
        const factOf = (row: number): string => asRow(1, 2, 3, row + 1, textOf(row));
        for (const row of odd) batch.writeStagedHead(row);
        for (const row of even) batch.writeFactHead(row, 1, 2, 3, row + 1);
        await copyStaged(client, batch.tuplesOf(odd));
        await copyFacts(client, batch.tuplesOf(even));
        expect(await rowsOf(client, "staged_transactions", STAGED_HEAD, "stated_run_id")).toEqual(
          Array.from(odd, (row) => asRow(1 + (row % 7), label.digest, textOf(row))),
        );
        expect(await rowsOf(client, "facts", FACT_HEAD, "run_id")).toEqual(Array.from(even, factOf));
        for (const row of odd) batch.writeFactHead(row, 1, 2, 3, row + 1);
        await client.query("TRUNCATE facts, staged_transactions");
        expect(await copyFacts(client, batch.tuplesOf(all))).toBe(rows);
        expect(await rowsOf(client, "facts", FACT_HEAD, "run_id")).toEqual(Array.from(all, factOf));
        await client.query("TRUNCATE facts, staged_transactions");
      }
    }));

  test("knows whether its ids rise, whether it has cards, and its devices each once", () => {
    const batch = new FactBatch(new LabelRegistry(), ORIGIN);
    const [tail] = fc.sample(tails, { seed: 1, numRuns: 1 });
    const add = (transactionId: number, deviceId: number, hasCard = false): void => {
      if (tail !== undefined) batch.add({ ...tail, transactionId, hasCard }, { deviceId, labelIndex: 0 });
    };
    add(5, 9);
    add(7, 8);
    expect(batch).toMatchObject({ isAscending: true, hasCards: false, deviceIds: [9, 8] });
    add(7, 9, true);
    expect(batch).toMatchObject({ isAscending: false, hasCards: true, deviceIds: [9, 8] });
    batch.clear();
    add(1, 8);
    expect(batch).toMatchObject({ rows: 1, isAscending: true, hasCards: false, deviceIds: [8] });
  });
});
