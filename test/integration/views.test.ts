import { describe, expect, test } from "@jest/globals";
import { ANSWERS, VIEWS } from "../../src/aggregation/answers.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { transactionsFile as file } from "../fixtures/sourceText.ts";
import { inWarehouse } from "../fixtures/warehouse.ts";

const OVER_STATUSES = ["", "accepted_", "refused_", "cancelled_"].flatMap((prefix) => [
  `${prefix}transactions`,
  `${prefix}transacted_amount`,
]);

/** Names and columns, in order: promises to users. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  top_10_stores_by_amount: [
    "rank",
    "store_id",
    "store_name",
    "country",
    "typology",
    "transacted_amount",
    "transactions",
  ],
  top_10_products_sold: ["rank", "product_sku", "product_name", "units_sold", "transacted_amount"],
  average_amount_by_typology_and_country: [
    "typology",
    "country",
    "average_amount",
    "transactions",
    "transacted_amount",
  ],
  transaction_share_by_device_type: ["device_type", "transactions", "percentage"],
  time_to_fifth_transaction: [
    "stores",
    "average_seconds_from_first",
    "average_days_from_first",
    "average_days_from_creation",
    "stores_fifth_before_creation",
  ],
  time_to_fifth_transaction_by_store: [
    "store_id",
    "store_name",
    "first_at",
    "fifth_at",
    "days_from_first",
    "days_from_creation",
  ],
  store_performance: ["store_id", "store_name", "country", "typology", ...OVER_STATUSES],
  product_performance: ["product_sku", "product_name", ...OVER_STATUSES],
  device_type_performance: ["device_type", ...OVER_STATUSES],
  average_amount_by_typology: ["typology", "average_amount", ...OVER_STATUSES],
  average_amount_by_country: ["country", "average_amount", ...OVER_STATUSES],
  daily_sales: ["calendar_date", ...OVER_STATUSES],
};
const asWas = (name: string): [string, readonly string[]] => [`${name}_as_was`, PROMISED[name] ?? []];
const AS_WAS = Object.fromEntries(
  [
    "top_10_stores_by_amount",
    "average_amount_by_typology_and_country",
    "transaction_share_by_device_type",
  ].map(asWas),
);
/** To be asked in SQL; they have a row a transaction, or a version. */
const OF_ROWS: Readonly<Record<string, readonly string[]>> = {
  transactions_as_was: [
    ...["transaction_id", "happened_at", "status", "amount", "product_sku", "device_id", "device_type"],
    ...["store_id", "store_name", "address", "city", "country", "typology"],
  ],
  transaction_versions: [
    ...[
      "version_id",
      "transaction_id",
      "is_current",
      "happened_at",
      "created_at",
      "status",
      "amount",
      "store_id",
    ],
    ...[
      "device_id",
      "product_sku",
      "product_name",
      "category_name",
      "path",
      "source_line",
      "stated_at",
      "run_id",
    ],
    ...["believed_from", "believed_to"],
  ],
  store_versions: [
    ...[
      "store_id",
      "valid_from",
      "valid_to",
      "is_current",
      "store_name",
      "address",
      "city",
      "country",
      "typology",
    ],
    ...["stated_at", "path", "source_line"],
  ],
  device_versions: [
    ...["device_id", "valid_from", "valid_to", "is_current", "store_id", "device_type", "stated_at", "path"],
    "source_line",
  ],
};

describe("the views of aggregation_layer", () => {
  test(
    "are those that are promised, each with its columns in order, and read under the same names",
    inWarehouse(async ({ rows }) => {
      const columns = await rows<{ view: string; columns: string[] }>(`
        SELECT table_name AS view, array_agg(column_name::text ORDER BY ordinal_position) AS columns
        FROM information_schema.columns JOIN information_schema.views USING (table_schema, table_name)
        WHERE table_schema = 'aggregation_layer' GROUP BY table_name`);
      expect(Object.fromEntries(columns.map((row) => [row.view, row.columns]))).toEqual({
        ...PROMISED,
        ...AS_WAS,
        ...OF_ROWS,
      });
      const read = Object.entries(VIEWS).map(([name, view]) => [name, Object.keys(view.columns)]);
      expect(Object.fromEntries(read)).toEqual({ ...PROMISED, ...AS_WAS });
    }),
  );

  test(
    "answer an empty warehouse with no rows, and with nulls where a mean has nothing to be over",
    inWarehouse(async ({ answers, view }) => {
      const { time_to_fifth_transaction: timeToFifth, ...others } = await answers();
      expect(timeToFifth).toEqual([
        {
          stores: 0,
          average_seconds_from_first: null,
          average_days_from_first: null,
          average_days_from_creation: null,
          stores_fifth_before_creation: 0,
        },
      ]);
      const noRows = Object.keys(ANSWERS).filter((name) => name !== "time_to_fifth_transaction");
      expect(others).toEqual(Object.fromEntries(noRows.map((name) => [name, []])));
      for (const name of Object.keys(VIEWS).filter((each) => !(each in ANSWERS))) {
        expect(await view(name)).toEqual([]);
      }
    }),
  );

  test(
    "count all statuses where they say so, and each by itself",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write(
        "transactions.csv",
        file(
          { id: 1, amount: "10.10" },
          { id: 2, amount: "0.20" },
          { id: 3, amount: "5", status: "refused" },
          { id: 4, amount: "7.77", status: "cancelled", device_id: 2, happened_at: "02/02/2022 23:59:59" },
        ),
      );
      await warehouse.ingest();

      const sums = {
        transactions: 4,
        transacted_amount: "23.07",
        accepted_transactions: 2,
        accepted_transacted_amount: "10.30",
        refused_transactions: 1,
        refused_transacted_amount: "5.00",
        cancelled_transactions: 1,
        cancelled_transacted_amount: "7.77",
      };
      const place = { country: "Belgium", typology: "Florist" };
      const product = { product_sku: "3770009015048", product_name: "Tulips" };
      expect(await warehouse.view("store_performance")).toEqual([
        { store_id: 1, store_name: "Corner Shop", ...place, ...sums },
      ]);
      expect(await warehouse.view("product_performance")).toEqual([{ ...product, ...sums }]);
      const { typology, country } = place;
      expect(await warehouse.view("average_amount_by_typology")).toEqual([
        { typology, average_amount: "5.15", ...sums },
      ]);
      expect(await warehouse.view("average_amount_by_country")).toEqual([
        { country, average_amount: "5.15", ...sums },
      ]);
      expect(await warehouse.view("daily_sales")).toMatchObject([
        { calendar_date: "2022-02-01", transactions: 3, cancelled_transactions: 0 },
        { calendar_date: "2022-02-02", transactions: 1, accepted_transacted_amount: "0.00" },
      ]);
      expect(await warehouse.view("device_type_performance")).toMatchObject([
        { device_type: 1, transactions: 3, accepted_transacted_amount: "10.30" },
        { device_type: 2, transactions: 1, cancelled_transacted_amount: "7.77" },
      ]);
    }),
  );
});
