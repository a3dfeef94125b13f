import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { withChunkedLoads } from "../fixtures/chunkedLoads.ts";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionRecords } from "../fixtures/sourceText.ts";
import {
  TransactionsModel,
  type ModelledFact,
  type ModelledRecord,
  type ModelledVersion,
} from "../fixtures/transactionsModel.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { HOURS_FOR_ALL, trials } from "../fixtures/trials.ts";

/** A record as it is written, and what it says. Some are written so that they take the long way through the parser. */
interface Written {
  readonly written: Readonly<Record<string, string>>;
  readonly says: ModelledRecord;
}

const seldom = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4 * others.length, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
/** What is written of a value, with what it says. */
const amounts = seldom(
  ["1.00", "1.00"],
  ["1", "1.00"],
  ["01.000", "1.00"],
  ["2.00", "2.00"],
  ["x", "broken"],
);
const statuses = seldom(["accepted", "accepted"], ["Accepted", "accepted"], ["refused", "refused"]);
const cards = fc.constantFrom<readonly [string, string | null]>(
  ["", null],
  ["4111 1111 1111 1234", "1234"],
  ["４１１１11111111０００７", "0007"],
  ["?", null],
);

const values = fc
  .record({
    device: seldom(1, 2, 99),
    sku: seldom("A", "B"),
    name: seldom("One", "Two", " Two "),
    amount: amounts,
    status: statuses,
    card: cards,
  })
  .map(({ device, sku, name, amount, status, card }): Written => ({
    written: {
      device_id: String(device),
      product_sku: sku,
      product_name: name,
      amount: amount[0] ?? "",
      status: status[0] ?? "",
      card_number: card[0],
    },
    says: {
      id: 0,
      device,
      sku,
      name: name.trim(),
      amount: amount[1] ?? "",
      status: status[1] ?? "",
      last4: card[1],
      isWarned: card[0] === "?",
      isBroken: amount[1] === "broken",
    },
  }));

const FIRST = 1;
const LAST = 16;
/** Ids of a file's records: rising, falling, in any order, again and again. */
const ids = fc.oneof(
  fc
    .tuple(fc.integer({ min: FIRST, max: LAST }), fc.integer({ min: 1, max: 3 }))
    .map(([from, step]) => Array.from({ length: 10 }, (_unused, place) => from + place * step)),
  fc
    .integer({ min: FIRST, max: LAST })
    .map((from) => Array.from({ length: from }, (_unused, place) => from - place)),
  fc.shuffledSubarray(Array.from({ length: LAST }, (_unused, place) => FIRST + place)),
  fc.array(fc.integer({ min: FIRST, max: 6 }), { maxLength: 10 }),
);
const records = fc
  .tuple(ids, fc.array(values, { minLength: 1, maxLength: 10 }))
  .map(([of, list]) =>
    list
      .slice(0, of.length)
      .map(({ written, says }, place): Written => ({ written, says: { ...says, id: of[place] ?? FIRST } })),
  );
/** A file's records in chunks of so many, in turn. */
const files = fc
  .tuple(records, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }))
  .map(([list, sizes]) => {
    const chunks: Written[][] = [];
    for (let at = 0; at < list.length; at += chunks.at(-1)?.length ?? 1)
      chunks.push(list.slice(at, at + (sizes[chunks.length % sizes.length] ?? 1)));
    return chunks;
  })
  .filter((chunks) => chunks.length > 0);
/** Files as they come, with the days that they are of: not in their order. */
const history = fc.array(fc.tuple(files, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 4 });

/** The facts with ids above one, by id. */
function factsAbove({ rows }: Warehouse, id: number): Promise<ModelledFact[]> {
  return rows<{ [Key in keyof ModelledFact]: ModelledFact[Key] }>(
    `SELECT
       transaction_id::integer AS id, device_id::integer AS device, product_sku AS sku, labels.product_name AS name,
       amount::text, facts.status::text, card_last4 AS last4, path, facts.source_line::integer AS line
     FROM ingestion_layer.fct_transactions AS facts
     JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
     JOIN ingestion_layer.dim_products AS products ON products.product_key = facts.product_key
     JOIN ingestion_layer.dim_devices USING (device_key)
     JOIN operations.source_files ON source_files.file_id = facts.file_id
     WHERE transaction_id > $1
     ORDER BY transaction_id`,
    [id],
  );
}

/** What is kept of versions of ids above one, in the order in which they were kept. */
function versionsAbove({ rows }: Warehouse, id: number): Promise<ModelledVersion[]> {
  return rows<{ [Key in keyof ModelledVersion]: ModelledVersion[Key] }>(
    `SELECT
       transaction_id::integer AS id, device_id::integer AS device, product_sku AS sku, product_name AS name,
       amount::text, versions.status::text, card_last4 AS last4, path, versions.source_line::integer AS line,
       was_current AS "wasCurrent"
     FROM ingestion_layer.fct_transactions_history AS versions
     JOIN ingestion_layer.dim_devices USING (device_key)
     JOIN operations.source_files ON source_files.file_id = versions.file_id
     WHERE transaction_id > $1`,
    [id],
  );
}

const inOrder = (versions: readonly ModelledVersion[]): string[] =>
  versions.map((one) => JSON.stringify(one)).sort();

test(
  "what may go straight into the fact ends up as if each record were judged by itself, whatever the order of ids",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.ingest();
    let cases = 0;
    await withChunkedLoads(warehouse, async (load) => {
      await fc.assert(
        fc.asyncProperty(history, async (loads) => {
          // Ids of its own for each case, above all that were loaded before.
          cases += 1;
          const before = cases * 100;
          const model = new TransactionsModel([1, 2]);
          for (const [index, [chunks, day]] of loads.entries()) {
            const path = `transactions-${cases}-${index}.csv`;
            const own = chunks.map((chunk) => chunk.map(({ says }) => ({ ...says, id: before + says.id })));
            const texts = chunks.map((chunk) =>
              transactionRecords(...chunk.map(({ written, says }) => ({ ...written, id: before + says.id }))),
            );
            const statedAt = new Date(Date.UTC(2026, 0, day));
            expect(await load(path, texts, statedAt)).toEqual(model.load(path, own, statedAt.getTime()));
          }
          expect(await factsAbove(warehouse, before)).toEqual(model.facts);
          expect(inOrder(await versionsAbove(warehouse, before))).toEqual(inOrder(model.versions));
          const ofCase = (await quarantine(warehouse)).filter(({ path }) =>
            path.startsWith(`transactions-${cases}-`),
          );
          expect(ofCase).toEqual(
            [...model.quarantine].sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line),
          );
          expect(await warehouse.verify()).toEqual([]);
        }),
        { numRuns: trials({ quick: 12, all: 1_000 }) },
      );
    });
  }),
  HOURS_FOR_ALL,
);

test(
  "a chunk with more labels than are kept leaves the next one nothing wrong",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.ingest();
    const sale = (id: number) => ({ id, product_name: `Tulips no. ${id % 10_050}`, amount: "1.00" });
    const sales = Array.from({ length: 10_060 }, (_unused, place) => sale(place + 1));
    await withChunkedLoads(warehouse, async (load) => {
      const chunks = [sales, [sale(20_000), sale(20_101)], [sale(5), sale(30_000)]];
      const outcomes = await load(
        "transactions.csv",
        chunks.map((chunk) => transactionRecords(...chunk)),
      );
      expect(outcomes).toMatchObject({ loaded: 10_063, alreadyPresent: 1 });
    });
    const [wrong] = await warehouse.rows<{ facts: number }>(
      `SELECT count(*)::integer AS facts
       FROM ingestion_layer.fct_transactions JOIN ingestion_layer.dim_product_labels AS labels USING (label_key)
       WHERE labels.product_name <> 'Tulips no. ' || transaction_id % 10050`,
    );
    expect(wrong).toEqual({ facts: 0 });
  }),
);
