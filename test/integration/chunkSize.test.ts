import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { emptyWarehouse } from "../fixtures/emptyWarehouse.ts";
import { facts, quarantine } from "../fixtures/loadedFacts.ts";
import { devicesFile, spreadOut, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { trials } from "../fixtures/trials.ts";

/** Few values each, so that ids, devices and products meet again. */
const transaction = fc.record({
  id: fc.integer({ min: 1, max: 4 }),
  device_id: fc.integer({ min: 1, max: 3 }),
  product_sku: fc.constantFrom("A", "B"),
  product_name: fc.constantFrom("One", "Two"),
  amount: fc.constantFrom("1.00", "2.00", "broken"),
});
const device = fc.record({
  id: fc.integer({ min: 1, max: 3 }),
  type: fc.integer({ min: 1, max: 2 }),
  store_id: fc.integer({ min: 1, max: 3 }),
});
const store = fc.record({ id: fc.integer({ min: 1, max: 3 }), name: fc.constantFrom("Here", "There") });

/** What arrives before a run: a file under a name of its own, with a few records. */
const arrival = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(transaction, { minLength: 1, maxLength: 4 })
      .map((r) => ["transactions", transactionsFile(...r)] as const),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(device, { minLength: 1, maxLength: 3 })
      .map((r) => ["devices", devicesFile(...r)] as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(store, { minLength: 1, maxLength: 3 })
      .map((r) => ["stores", storesFile(...r)] as const),
  },
);
/** Runs, each with the files that have come since the one before. */
const history = fc.array(fc.array(arrival, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });
type History = (readonly (readonly [source: string, text: string])[])[];

/** Lives through a history, and gives what must not depend on where chunks end. */
async function endOf(runs: History, chunks: "a record each" | "a file each", warehouse: Warehouse) {
  const small = chunks === "a record each";
  const settings = { CHUNK_RECORDS: small ? "1" : "1000", MAX_REJECT_RATIO: "1" };
  await emptyWarehouse(warehouse);
  let number = 0;
  for (const arrivals of runs) {
    for (const [source, text] of arrivals) {
      number += 1;
      await warehouse.files.write(`${source}-${number}.csv`, small ? spreadOut(text) : text);
    }
    await warehouse.ingest({ settings });
  }
  expect(await warehouse.verify()).toEqual([]);
  return {
    facts: await facts(warehouse),
    stores: await warehouse.rows(`
      SELECT transaction_id, store_id FROM ingestion_layer.fct_transactions
      JOIN ingestion_layer.dim_stores USING (store_key) ORDER BY transaction_id`),
    devices: await warehouse.rows(`
      SELECT device_id, device_type, store_id FROM ingestion_layer.dim_devices
      JOIN ingestion_layer.dim_stores USING (store_key) ORDER BY device_id`),
    answers: await warehouse.answers(),
    products: await warehouse.view("product_performance"),
    // Lines differ: records that are to be in chunks of their own stand far apart.
    quarantine: (await quarantine(warehouse)).map(({ line: _line, ...record }) => record),
  };
}

test(
  "however small the chunks are, the facts, the answers and the quarantine end up the same",
  () =>
    withWarehouse((small) =>
      withWarehouse(async (large) => {
        await fc.assert(
          fc.asyncProperty(history, async (runs) => {
            const [inMany, inOne] = await Promise.all([
              endOf(runs, "a record each", small),
              endOf(runs, "a file each", large),
            ]);
            expect(inMany).toEqual(inOne);
          }),
          { numRuns: trials({ quick: 5, all: 200 }) },
        );
      }),
    ),
  3_600_000,
);
