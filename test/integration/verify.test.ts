import { expect, test } from "@jest/globals";
import { describeOnOneServer, NO_TRIGGERS } from "../fixtures/citus.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { devicesFile, transactionsFile as file, type TransactionFields } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

/** Three sales of two products, one reject; the second sale is the one tampered with. */
async function loadSome(warehouse: Warehouse): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write(
    "transactions.csv",
    file(
      { id: 1 },
      { id: 2, product_sku: "B", product_name: "Roses", happened_at: "02/03/2022 00:00:00" },
      { id: 3 },
      { id: 4, amount: "x" },
    ),
  );
  await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
  expect(await warehouse.verify()).toEqual([]);
}

/** A statement that no program of ours runs, the check that has to see it, and what that says. */
const TAMPERINGS: readonly (readonly [what: string, sql: string, check: string, difference: object])[] = [
  [
    "a fact that was deleted",
    "DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 2",
    "factsOfFile",
    { subject: "transactions.csv (file 3)", expected: "2 20.00", actual: "3 30.00" },
  ],
  [
    "a fact whose amount was changed, by a cent",
    "UPDATE ingestion_layer.fct_transactions SET amount = 10.01 WHERE transaction_id = 2",
    "factsOfFile",
    { subject: "transactions.csv (file 3)", expected: "3 30.01", actual: "3 30.00" },
  ],
  [
    "a file that says of its facts that they amount to more",
    "UPDATE operations.source_files SET applied_amount = 30.01 WHERE source = 'transactions'",
    "factsOfFile",
    { subject: "transactions.csv (file 3)", expected: "3 30.00", actual: "3 30.01" },
  ],
  [
    "a product that shows another name than that of its highest transaction",
    "UPDATE ingestion_layer.dim_products SET product_name = 'Weeds' WHERE product_sku = 'B'",
    "productNames",
    { subject: "B", expected: "Roses / Flowers", actual: "Weeds / Flowers" },
  ],
  [
    "a product that shows the name of another transaction",
    "UPDATE ingestion_layer.dim_products SET named_by_transaction_id = 1 WHERE named_by_transaction_id = 3",
    "productNames",
    { subject: "3770009015048" },
  ],
  [
    "counts of a file that are not those of its chunks",
    "UPDATE operations.source_files SET records_read = records_read + 1, loaded = loaded + 1 WHERE source = 'stores'",
    "ledgerOfRanges",
    { subject: "stores.csv (file 1)" },
  ],
  [
    "an amount of a file that is not that of its chunks",
    "UPDATE operations.file_ranges SET applied_amount = 29.99 WHERE file_id = 3",
    "ledgerOfRanges",
    {
      subject: "transactions.csv (file 3)",
      expected: expect.stringMatching(/,29\.99\}$/),
      actual: expect.stringMatching(/,30\.00\}$/),
    },
  ],
  [
    "a checkpoint that moved",
    "UPDATE operations.source_files SET committed_bytes = committed_bytes + 1 WHERE source = 'stores'",
    "ledgerOfRanges",
    { subject: "stores.csv (file 1)" },
  ],
  [
    "a committed range that is gone",
    "UPDATE operations.file_ranges SET start_byte = 5 WHERE file_id = 3",
    "rangesWithoutGaps",
    { subject: "file 3", expected: "0", actual: "5" },
  ],
  [
    "counts of a run that are not those of its files",
    "UPDATE operations.runs SET records_read = records_read + 1, rejected = rejected + 1",
    "runsOfFiles",
    { subject: "run 1" },
  ],
  [
    "an amount of a run that is not that of its files",
    "UPDATE operations.runs SET applied_amount = 30.01",
    "runsOfFiles",
    { subject: "run 1", actual: expect.stringMatching(/,30\.01\}$/) },
  ],
  [
    "a quarantined record that is gone",
    "DELETE FROM operations.quarantine",
    "quarantineOfFile",
    { subject: "transactions.csv (file 3)", expected: "0", actual: "1" },
  ],
  [
    "a watermark that was raised",
    "UPDATE operations.watermarks SET watermark = 99 WHERE source = 'transactions'",
    "watermarkOfFacts",
    { subject: "transactions", expected: "3", actual: "99" },
  ],
  [
    "a watermark that is gone",
    "DELETE FROM operations.watermarks",
    "watermarkOfFacts",
    { expected: "3", actual: "none" },
  ],
  [
    "a day that the calendar lacks",
    "DELETE FROM ingestion_layer.dim_time WHERE date_key = 20210601",
    "calendarWithoutGaps",
    { subject: "dim_time" },
  ],
  [
    "a fact whose label is another product's",
    `UPDATE ingestion_layer.fct_transactions SET label_key =
       (SELECT label_key FROM ingestion_layer.dim_product_labels WHERE product_name = 'Roses') WHERE transaction_id = 1`,
    "labelsOfProducts",
    { subject: "transaction 1" },
  ],
  [
    "a fact that happened on another day than its key says",
    "UPDATE ingestion_layer.fct_transactions SET happened_at = '2022-02-02 23:59:59Z' WHERE transaction_id = 2",
    "fieldsOfFacts",
    {
      subject: "transaction 2",
      expected: "20220202 20220201 card absent",
      actual: "20220203 20220201 card absent",
    },
  ],
  [
    "a fact that was recorded on another day than its key says",
    "UPDATE ingestion_layer.fct_transactions SET created_date_key = 20220131 WHERE transaction_id = 1",
    "fieldsOfFacts",
    { subject: "transaction 1", actual: "20220201 20220131 card absent" },
  ],
  [
    "a card that lost its token, where the constraint is gone",
    `ALTER TABLE ingestion_layer.fct_transactions DROP CONSTRAINT fct_transactions_card_whole_or_absent;
     UPDATE ingestion_layer.fct_transactions SET card_last4 = '1111' WHERE transaction_id = 3`,
    "fieldsOfFacts",
    { subject: "transaction 3", actual: "20220201 20220201 card without its token" },
  ],
  [
    "a store that was created on another day than its key says",
    "UPDATE ingestion_layer.dim_stores SET created_date_key = 20210201",
    "daysOfStores",
    { subject: "store 1", expected: "20210101", actual: "20210201" },
  ],
  [
    "a product without transactions that says that one named it",
    `INSERT INTO ingestion_layer.dim_products (product_sku, product_name, category_name, named_by_transaction_id, run_id)
     VALUES ('N', 'None', 'Flowers', 1, 1)`,
    "productNames",
    { subject: "N", expected: "named by no transaction" },
  ],
  [
    "a rollup with another count",
    "UPDATE aggregation_layer.rollup_stores SET cancelled_transactions = 1",
    "rollupOfStores",
    { subject: "store 1", expected: "3 30.00 0 0.00 0 0.00", actual: "3 30.00 0 0.00 1 0.00" },
  ],
  [
    "a rollup with another amount",
    "UPDATE aggregation_layer.rollup_devices SET accepted_transacted_amount = 30.01",
    "rollupOfDevices",
    { subject: "device 1", expected: "3 30.00 0 0.00 0 0.00", actual: "3 30.01 0 0.00 0 0.00" },
  ],
  [
    "a rollup that is gone",
    "DELETE FROM aggregation_layer.rollup_products",
    "rollupOfProducts",
    { subject: "B", expected: "1 10.00 0 0.00 0 0.00", actual: "no row" },
  ],
  [
    "a rollup of what never sold",
    `INSERT INTO aggregation_layer.rollup_days
     SELECT date_key, 0, 0, 1, 0, 0, 0 FROM ingestion_layer.dim_time WHERE date_key = 20210601`,
    "rollupOfDays",
    { subject: "day 20210601", expected: "no row", actual: "0 0.00 1 0.00 0 0.00" },
  ],
  [
    "first sales that are gone",
    "DELETE FROM aggregation_layer.rollup_store_first_sales",
    "firstSalesOfStores",
    { subject: "store 1 sale 1", expected: "1 at 2022-02-01 09:00:00+00", actual: "none" },
  ],
  [
    "first sales that lack one of fewer than five",
    `UPDATE aggregation_layer.rollup_store_first_sales
     SET transaction_ids = transaction_ids[1:2], happened_at = happened_at[1:2]`,
    "firstSalesOfStores",
    { subject: "store 1 sale 3", expected: "2 at 2022-02-03 00:00:00+00", actual: "none" },
  ],
  [
    "first sales in another order",
    "UPDATE aggregation_layer.rollup_store_first_sales SET transaction_ids = '{1,2,3}'",
    "firstSalesOfStores",
    {
      subject: "store 1 sale 2",
      expected: "3 at 2022-02-01 09:00:00+00",
      actual: "2 at 2022-02-01 09:00:00+00",
    },
  ],
  [
    "first sales of a store whose only sales were refused since",
    "UPDATE ingestion_layer.fct_transactions SET status = 'refused'",
    "firstSalesOfStores",
    { subject: "store 1 sale 1", expected: "none", actual: "1 at 2022-02-01 09:00:00+00" },
  ],
];

test.each(TAMPERINGS)("verify finds %s", (_what, sql, check, difference) =>
  inWarehouse(
    async (warehouse) => {
      await loadSome(warehouse);
      await warehouse.rows(sql);

      expect(await warehouse.verify()).toContainEqual(expect.objectContaining({ check, ...difference }));
    },
    { tampered: true },
  )(),
);

test.each(["store", "device", "product", "label"])(
  "verify finds a fact whose %s is gone, for those that can switch foreign keys off",
  (dimension) =>
    inWarehouse(
      async (warehouse) => {
        await loadSome(warehouse);
        const key = `${dimension}_key`;
        const { pool } = warehouse.database;
        const client = await pool.connect();
        try {
          await client.query("SET session_replication_role = replica");
          await client.query(
            `UPDATE ingestion_layer.fct_transactions SET ${key} = 999 WHERE transaction_id = 2`,
          );
        } finally {
          client.release(true);
        }

        expect(await warehouse.verify()).toContainEqual({
          check: "keysOfFacts",
          subject: key,
          expected: "0",
          actual: "1",
        });
      },
      { tampered: true },
    )(),
);

/** What makes facts other than what was read, without a program of ours that knows: facts of 10.00 come out as 10.01. */
const FORGE = `
  CREATE FUNCTION ingestion_layer.forge() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.amount := CASE NEW.amount WHEN 10.00 THEN 10.01 ELSE NEW.amount END; RETURN NEW; END';
  CREATE TRIGGER forge BEFORE INSERT OR UPDATE ON ingestion_layer.fct_transactions
    FOR EACH ROW EXECUTE FUNCTION ingestion_layer.forge();
  ALTER TABLE ingestion_layer.fct_transactions ENABLE ALWAYS TRIGGER forge`;

/** Where facts come from: what is there before the amount of one is forged, the load that does it, and what verify says then. */
const WAYS_IN: readonly (readonly [
  way: string,
  before: readonly TransactionFields[],
  load: (warehouse: Warehouse) => Promise<unknown>,
  difference: object,
])[] = [
  [
    "as they are",
    [{ id: 1, amount: "7.00" }],
    async ({ files, ingest }) => {
      await files.write("transactions-2.csv", file({ id: 2 }, { id: 3, amount: "0.50" }));
      await ingest();
    },
    { subject: "transactions-2.csv (file 4)", expected: "2 10.51", actual: "2 10.50" },
  ],
  [
    "judged, as new ones below the watermark, and as corrections",
    [{ id: 5, amount: "7.00" }],
    async ({ files, ingest }) => {
      await files.write("transactions-2.csv", file({ id: 4 }, { id: 5 }));
      await ingest({ asOf: new Date("2999-01-01") });
    },
    { subject: "transactions-2.csv (file 4)", expected: "2 20.02", actual: "2 20.00" },
  ],
  [
    "out of quarantine, having waited",
    [{ id: 1, device_id: 9 }],
    async ({ files, ingest }) => {
      await files.write("devices-2.csv", devicesFile({ id: 9 }));
      await ingest();
    },
    { subject: "transactions.csv (file 3)", expected: "1 10.01", actual: "1 10.00" },
  ],
  [
    "out of quarantine, read again of their file",
    [{ id: 1, happened_at: "13/02/2022 09:00:00" }],
    ({ replay }) => replay({ settings: { SOURCE_DATE_ORDER: "dmy" } }),
    { subject: "transactions.csv (file 3)", expected: "1 10.01", actual: "1 10.00" },
  ],
  [
    "by a backfill",
    [{ id: 1, amount: "7.00" }],
    async ({ files, ingest }) => {
      await files.write("transactions-2.csv", file({ id: 2 }, { id: 3 }));
      await ingest({ range: { fromId: 3 } });
    },
    { subject: "transactions-2.csv (file 4)", expected: "1 10.01", actual: "1 10.00" },
  ],
];

describeOnOneServer(
  NO_TRIGGERS,
  "verify tells amounts that became others on their way into the facts from those that were read",
  () => {
    test.each(WAYS_IN)("%s", (_way, before, load, difference) =>
      inWarehouse(
        async (warehouse) => {
          await writePlaces(warehouse);
          await warehouse.files.write("transactions.csv", file(...before));
          await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
          expect(await warehouse.verify()).toEqual([]);
          await warehouse.rows(FORGE);

          await load(warehouse);

          expect(await warehouse.verify()).toContainEqual({ check: "factsOfFile", ...difference });
        },
        { tampered: true },
      )(),
    );
  },
);

test(
  "verify finds nothing in an empty warehouse, and writes nothing",
  inWarehouse(async (warehouse) => {
    expect(await warehouse.verify()).toEqual([]);
    expect(await warehouse.rows("SELECT FROM operations.runs")).toEqual([]);
  }),
);
