import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { aggregate, rebuildSelected } from "../../jobs/aggregate.ts";
import { reportAsJson } from "../../jobs/ingestReport.ts";
import { selectionAsJson, selectionIn, type Selection, type SelectionJson } from "../../jobs/selection.ts";
import { readParts, readSelectors, selectableNodes } from "../../jobs/selectors.ts";
import { lineageGraph } from "../../src/database/model/lineageGraph.ts";
import { readModel, readSchema } from "../../src/database/model/readModel.ts";
import { ROLLUP_TABLES } from "../../src/database/rollups.ts";
import { verifyRollups } from "../../src/quality/verifyWarehouse.ts";
import { SOURCES } from "../../src/sources/contracts.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const selected = ({ database }: Warehouse, ...texts: readonly string[]): Promise<Selection> =>
  selectionIn(database.pool, readParts(texts));

/** What selections come to, each by the text that asks for it. */
async function selections(
  warehouse: Warehouse,
  texts: readonly string[],
): Promise<Record<string, SelectionJson>> {
  const found: Record<string, SelectionJson> = {};
  for (const text of texts) found[text] = selectionAsJson(await selected(warehouse, text));
  return found;
}

const loads = (...sources: readonly string[]): SelectionJson => ({ sources, rollups: [], views: [] });
const ALL = [...SOURCES];

/** Views that read what files of stores fill. */
const OF_STORES = [
  "top_10_stores_by_amount",
  "average_amount_by_typology_and_country",
  "time_to_fifth_transaction",
  "time_to_fifth_transaction_by_store",
  "store_performance",
  "average_amount_by_typology",
  "average_amount_by_country",
  "daily_sales",
  "transactions_as_was",
  "transaction_versions",
  "top_10_stores_by_amount_as_was",
  "average_amount_by_typology_and_country_as_was",
  "transaction_share_by_device_type_as_was",
  "store_versions",
  "device_versions",
];

describe("a selection", () => {
  test(
    "of a source or a table loads what fills it, of a rollup rebuilds it, of a view shows it on its own rollups",
    inWarehouse(async (warehouse) => {
      const expected: Record<string, SelectionJson> = {
        stores: loads("stores"),
        dim_stores: loads("stores"),
        dim_devices_history: loads("devices"),
        dim_time: loads("stores", "transactions"),
        fct_transactions: loads("transactions"),
        "devices,stores": loads("stores", "devices"),
        rollup_devices: { sources: [], rollups: ["rollup_devices"], views: [] },
        top_10_stores_by_amount: {
          sources: [],
          rollups: ["rollup_stores"],
          views: ["top_10_stores_by_amount"],
        },
        time_to_fifth_transaction: {
          sources: [],
          rollups: ["rollup_store_first_sales"],
          views: ["time_to_fifth_transaction"],
        },
        // Reads the facts.
        top_10_stores_by_amount_as_was: {
          sources: [],
          rollups: [],
          views: ["top_10_stores_by_amount_as_was"],
        },
      };
      expect(await selections(warehouse, Object.keys(expected))).toEqual(expected);
    }),
  );

  test(
    "with + before a name adds the files that all of it comes from, and those that their records refer to",
    inWarehouse(async (warehouse) => {
      const expected: Record<string, SelectionJson> = {
        "+stores": loads("stores"),
        "+devices": loads("stores", "devices"),
        "+transactions": loads(...ALL),
        "+dim_products": loads(...ALL),
        "+store_versions": { sources: ["stores"], rollups: [], views: ["store_versions"] },
        "+device_versions": { sources: ["stores", "devices"], rollups: [], views: ["device_versions"] },
        "+rollup_days": { sources: ALL, rollups: ["rollup_days"], views: [] },
        "+top_10_products_sold": {
          sources: ALL,
          rollups: ["rollup_products"],
          views: ["top_10_products_sold"],
        },
      };
      expect(await selections(warehouse, Object.keys(expected))).toEqual(expected);
    }),
  );

  test(
    "with + behind a name adds what rests on it",
    inWarehouse(async (warehouse) => {
      const found = await selections(warehouse, [
        "rollup_days+",
        "dim_products+",
        "stores+",
        "transactions+",
        "+rollup_products+",
      ]);
      expect(found["rollup_days+"]).toEqual({
        sources: [],
        rollups: ["rollup_days"],
        views: ["daily_sales"],
      });
      expect(found["dim_products+"]).toEqual({
        sources: ["transactions"],
        rollups: ["rollup_products"],
        views: [
          "top_10_products_sold",
          "product_performance",
          "transactions_as_was",
          "transaction_versions",
        ].concat([
          "top_10_stores_by_amount_as_was",
          "average_amount_by_typology_and_country_as_was",
          "transaction_share_by_device_type_as_was",
        ]),
      });
      expect(found["stores+"]?.sources).toEqual(["stores"]);
      expect(found["stores+"]?.views).toEqual(OF_STORES);
      expect(found["transactions+"]?.rollups).toHaveLength(Object.keys(ROLLUP_TABLES).length);
      expect(found["+rollup_products+"]).toEqual({
        sources: ALL,
        rollups: ["rollup_products"],
        views: ["top_10_products_sold", "product_performance"],
      });
    }),
  );

  test(
    "can be made of every table and view but those of operations, and leads back to files",
    inWarehouse(async (warehouse) => {
      const { tables } = readSchema();
      const inSchema = tables.filter(({ kind }) => kind !== "operations").map(({ name }) => name);
      const names = selectableNodes().map(({ name }) => name);
      expect(names).toEqual([...SOURCES, ...inSchema]);
      expect(new Set(names).size).toBe(names.length);
      const rollups = tables.filter(({ kind }) => kind === "rollup");
      expect(rollups.map(({ schema, name }) => `${schema}.${name}`).sort()).toEqual(
        Object.values(ROLLUP_TABLES).sort(),
      );
      for (const name of names) {
        const { sources, rollups: rebuilt, views } = await selected(warehouse, name);
        expect({ name, parts: [...sources, ...rebuilt, ...views] }).not.toEqual({ name, parts: [] });
        expect({ name, from: (await selected(warehouse, `+${name}`)).sources }).not.toEqual({
          name,
          from: [],
        });
      }
    }),
  );
});

test(
  "what records refer to and do not bring along is told by the foreign keys",
  inWarehouse(async ({ database }) => {
    const { neededBefore } = lineageGraph(await readModel(database.pool));
    const needed = Object.fromEntries(SOURCES.map((source) => [source, neededBefore(source)]));
    expect(needed).toEqual({ stores: [], devices: ["stores"], transactions: ["stores", "devices"] });
  }),
);

describe("what is selected is read as", () => {
  test.each([
    [
      ["top_10_product_sold"],
      /^no source, table, rollup or view is called "top_10_product_sold": is it top_10_products_sold\? There are: ingestion_layer, aggregation_layer, stores, /,
    ],
    [["stores,,devices"], /called ""\. There are: /],
    [["++stores"], /called "\+stores": is it stores\?/],
    [["runs"], /called "runs"/],
    [
      ["ingestion_layer", "stores"],
      /--select ingestion_layer is a whole half of the pipeline, and stands alone/,
    ],
    [["+aggregation_layer"], /--select aggregation_layer is a whole half/],
  ])("%j: nothing that there is", (texts, message) => {
    expect(() => readSelectors(texts)).toThrow(message);
  });

  test("names with commas or spaces between them, or options that are given again", () => {
    const names = (...texts: readonly string[]) => readSelectors(texts).selectors.map(({ text }) => text);
    expect(names("stores+, devices", "+daily_sales")).toEqual(["stores+", "devices", "+daily_sales"]);
  });

  test("a layer, where one is meant", () => {
    expect(readSelectors([])).toEqual({ layers: ["ingestion_layer", "aggregation_layer"], selectors: [] });
    expect(readSelectors(["aggregation_layer"])).toEqual({ layers: ["aggregation_layer"], selectors: [] });
  });
});

/** Sets rollups wrong, as no program of ours does. */
async function spoil({ rows }: Warehouse, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) await rows(`UPDATE aggregation_layer.${table} SET accepted_transactions = 99`);
}
const spoilt = async ({ verify }: Warehouse): Promise<string[]> => [
  ...new Set((await verify()).map(({ check }) => check)),
];

describe("a run of parts", () => {
  test(
    "loads the files of the sources that are selected, and no others",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      const report = await warehouse.ingest({ selection: await selected(warehouse, "stores,devices") });
      expect(report.files.map(({ path, status }) => [path, status])).toEqual([
        ["stores.csv", "loaded"],
        ["devices.csv", "loaded"],
      ]);
      expect(report).toMatchObject({
        selected: { sources: ["stores", "devices"], rollups: [], views: [] },
        rebuilt: {},
      });
      expect(await warehouse.rows("SELECT parameters->'select' AS select FROM operations.runs")).toEqual([
        { select: ["stores", "devices"] },
      ]);
      expect(await warehouse.ingest()).toMatchObject({ loaded: 1, rejected: 0 });
    }),
  );

  test(
    "takes named files of the sources that are selected, and refuses others before anything is loaded",
    inWarehouse(async (warehouse) => {
      await warehouse.files.write("stores.csv", storesFile({ id: 1 }));
      await warehouse.files.write("devices.csv", devicesFile({ id: 1 }));
      const [stores, devices] = [
        join(warehouse.files.path, "stores.csv"),
        join(warehouse.files.path, "devices.csv"),
      ];
      const selection = await selected(warehouse, "stores");
      await expect(warehouse.ingest({ files: [stores, devices], selection })).rejects.toMatchObject({
        code: "usage_invalid",
        message:
          "devices.csv holds devices, and only stores are selected: leave that --file out, or select devices too",
      });
      expect(await warehouse.rows("SELECT FROM ingestion_layer.dim_stores")).toEqual([]);
      expect(await warehouse.ingest({ files: [stores], selection })).toMatchObject({ loaded: 1 });
    }),
  );

  test(
    "rebuilds the rollups that a view rests on, and no others",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await spoil(warehouse, "rollup_stores", "rollup_products");

      const selection = await selected(warehouse, "top_10_products_sold");
      const report = await rebuildSelected(warehouse.context(), selection);

      expect(reportAsJson(report)).toMatchObject({ status: "succeeded", rebuilt: { rollup_products: 1 } });
      expect(await spoilt(warehouse)).toEqual(["rollupOfStores"]);
      const found = await verifyRollups(warehouse.database.pool, ["stores", "products"]);
      expect(found).toMatchObject({ checks: 2, differences: [{ check: "rollupOfStores" }] });
      expect(await verifyRollups(warehouse.database.pool, ["products"])).toEqual({
        checks: 1,
        differences: [],
      });
      await aggregate(warehouse.context());
    }),
  );

  test(
    "loads what a view comes from and rebuilds what it rests on, in one run; rehearsed, it leaves both as they were",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await spoil(warehouse, "rollup_products", "rollup_days");
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      const selection = await selected(warehouse, "+top_10_products_sold");

      const dry = await warehouse.ingest({ selection, dryRun: true });
      expect(dry).toMatchObject({ loaded: 1, rebuilt: { rollup_products: 1 } });
      expect(await spoilt(warehouse)).toEqual(["rollupOfProducts", "rollupOfDays"]);

      const report = await warehouse.ingest({ selection });
      expect(report).toMatchObject({ loaded: 1, rebuilt: { rollup_products: 1 } });
      expect(await spoilt(warehouse)).toEqual(["rollupOfDays"]);
      expect(await warehouse.rows("SELECT count(*)::integer AS runs FROM operations.runs")).toEqual([
        { runs: 2 },
      ]);
      await aggregate(warehouse.context());
    }),
  );

  test(
    "rebuilds nothing once a file has failed",
    inWarehouse(async (warehouse) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1, amount: "many" }));
      const report = await warehouse.ingest({ selection: await selected(warehouse, "+daily_sales") });
      expect(report).toMatchObject({ status: "failed", selected: { rollups: ["rollup_days"] } });
      expect(report).not.toHaveProperty("rebuilt");
    }),
  );
});
