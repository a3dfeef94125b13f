import { describe, expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../src/database/projectRoot.ts";
import { digests } from "../fixtures/loadedFacts.ts";
import { inWarehouse, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const DATA = join(projectRoot, "data");

/** The sample's 1,500 transactions as three files of 500 (none of them quotes a line end). */
async function thirds(): Promise<[string, string, string]> {
  const [header = "", ...records] = (await readFile(join(DATA, "transactions.csv"), "utf8"))
    .trimEnd()
    .split(/\r?\n/);
  expect(records).toHaveLength(1500);
  const part = (from: number): string => [header, ...records.slice(from, from + 500), ""].join("\n");
  return [part(0), part(500), part(1000)];
}

const copyPlaces = async ({ files }: Warehouse): Promise<void> => {
  await files.copy(join(DATA, "stores.csv"));
  await files.copy(join(DATA, "devices.csv"));
};

const stateOf = async (warehouse: Warehouse) => ({
  answers: await warehouse.answers(),
  digests: await digests(warehouse),
  products: await warehouse.rows(
    "SELECT product_sku, product_name, category_name, named_by_transaction_id FROM ingestion_layer.dim_products ORDER BY 1",
  ),
});

const wholeFile = () =>
  withWarehouse(async (warehouse) => {
    await copyPlaces(warehouse);
    await warehouse.files.copy(join(DATA, "transactions.csv"));
    await warehouse.ingest();
    return stateOf(warehouse);
  });

const ORDERS = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 1, 0],
] as const;

describe("the same rows give the same answers and the same facts", () => {
  test.each(ORDERS)("cut in three files, one a run, in the order %i %i %i", (...order) =>
    inWarehouse(async (warehouse) => {
      const parts = await thirds();
      await copyPlaces(warehouse);
      for (const [run, part] of order.entries()) {
        await warehouse.files.write(`transactions-${run}.csv`, parts[part]);
        expect(await warehouse.ingest()).toMatchObject({ loaded: run === 0 ? 800 : 500, rejected: 0 });
      }
      expect(await stateOf(warehouse)).toEqual(await wholeFile());
    })(),
  );

  test(
    "sent in one run with one of them twice",
    inWarehouse(async (warehouse) => {
      const [first, second, third] = await thirds();
      await copyPlaces(warehouse);
      await warehouse.files.write("transactions-a.csv", third);
      await warehouse.files.write("transactions-b.csv", first);
      await warehouse.files.write("transactions-c.csv", third);
      await warehouse.files.write("transactions-d.csv", second);

      const report = await warehouse.ingest();

      expect(report).toMatchObject({ loaded: 1800, already_present: 500, rejected: 0 });
      expect(await stateOf(warehouse)).toEqual(await wholeFile());
    }),
  );

  test(
    "under another name, and sent a second time",
    inWarehouse(async (warehouse) => {
      await copyPlaces(warehouse);
      await warehouse.files.copy(join(DATA, "transactions.csv"));
      await warehouse.ingest();
      await warehouse.files.rename("transactions.csv", "transactions-old.csv");
      expect(await warehouse.ingest()).toMatchObject({ loaded: 0, already_present: 1500, rejected: 0 });

      await warehouse.files.copy(join(DATA, "transactions.csv"));
      expect(await warehouse.ingest()).toMatchObject({ loaded: 0, rejected: 0 });

      expect(await stateOf(warehouse)).toEqual(await wholeFile());
    }),
  );
});
