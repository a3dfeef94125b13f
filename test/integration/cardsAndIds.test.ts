import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { withWarehouse, inWarehouse } from "../fixtures/warehouse.ts";
import { READABLE_FORMATS } from "../fixtures/cardFormats.ts";

const CARDS = 1_500;
const format = fc.constantFrom(...Object.values(READABLE_FORMATS));
/** Cards that all differ, some by their last or first digits or by a leading zero only, and two ways to write each. */
const writtenTwice = fc.uniqueArray(
  fc.record({
    digits: fc.oneof(
      fc.stringMatching(/^\d{12,19}$/),
      fc.stringMatching(/^41111111111\d{5}$/),
      fc.stringMatching(/^\d{5}11111111111$/),
      fc.stringMatching(/^0{1,3}411111111\d{4}$/),
    ),
    formats: fc.tuple(format, format),
  }),
  { minLength: CARDS, maxLength: CARDS, selector: ({ digits }) => digits },
);

test("loaded cards have as many tokens as there are cards, however each is written", async () => {
  await fc.assert(
    fc.asyncProperty(writtenTwice, (cards) =>
      withWarehouse(async (warehouse) => {
        await writePlaces(warehouse);
        const sales = cards.flatMap(({ digits, formats }) => formats.map((write) => write(digits)));
        await warehouse.files.write(
          "transactions.csv",
          transactionsFile(...sales.map((card_number, index) => ({ id: index + 1, card_number }))),
        );

        expect(await warehouse.ingest()).toMatchObject({ rejected: 0, warnings: 0 });

        const tokens = await warehouse.rows<{ sales: number; last4: string; first: number }>(`
          SELECT count(*)::integer AS sales, min(card_last4) AS last4, min(transaction_id)::integer AS first
          FROM ingestion_layer.fct_transactions GROUP BY card_token ORDER BY first`);
        expect(tokens).toEqual(
          cards.map(({ digits }, index) => ({ sales: 2, last4: digits.slice(-4), first: 2 * index + 1 })),
        );
      }),
    ),
    { numRuns: 1, endOnFailure: true },
  );
});

const LONGEST_ID = "99999999999999";

test(
  "ids of up to 14 digits and SKUs of 13 are no cards in their own columns, and are kept as they are",
  inWarehouse(async (warehouse) => {
    await warehouse.files.write("stores.csv", storesFile({ id: LONGEST_ID, customer_id: LONGEST_ID }));
    await warehouse.files.write("devices.csv", devicesFile({ id: LONGEST_ID, store_id: LONGEST_ID }));
    const skus = ["3770009015048", "v3770009015028", "3770009015048.0", "37700090150481", LONGEST_ID];
    const sales = skus.map((product_sku, index) => ({
      ...{ id: `9999999999999${index}`, device_id: LONGEST_ID },
      ...{ product_sku, product_name: "Tulips 12345678901" },
    }));
    await warehouse.files.write("transactions.csv", transactionsFile(...sales));

    expect(await warehouse.ingest()).toMatchObject({ loaded: 7, rejected: 0, warnings: 0 });

    const loaded = await warehouse.rows<{
      sku: string;
      name: string;
      id: string;
      device: string;
      store: string;
    }>(`
      SELECT transaction_id AS id, product_sku AS sku, product_name AS name, device_id AS device, store_id AS store
      FROM ingestion_layer.fct_transactions
      JOIN ingestion_layer.dim_products USING (product_key)
      JOIN ingestion_layer.dim_devices USING (device_key)
      JOIN ingestion_layer.dim_stores ON dim_stores.store_key = fct_transactions.store_key
      ORDER BY transaction_id`);
    const kept = { name: "Tulips 12345678901", device: LONGEST_ID, store: LONGEST_ID };
    expect(loaded).toEqual(
      skus.map((sku, index) => ({ ...kept, id: `9999999999999${index}`, sku: sku.replace(".0", "") })),
    );
  }),
);

test(
  "a number that is longer is taken for a card there, and rejected",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    const long = "123456789012345";
    await warehouse.files.write(
      "transactions.csv",
      transactionsFile({ id: long }, { id: 2, device_id: long }, { id: 3, product_sku: long }, { id: 4 }),
    );

    const { rejected } = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });

    expect(rejected).toBe(3);
    expect(await facts(warehouse)).toHaveLength(1);
    const reasons = await warehouse.rows("SELECT DISTINCT reason FROM operations.quarantine");
    expect(reasons).toEqual([{ reason: "card_like_value" }]);
  }),
);
