import { describe, expect, test } from "@jest/globals";
import type pg from "pg";
import { aggregate } from "../../jobs/aggregate.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { foldRollups } from "../../src/ingestion/rollups/foldRollups.ts";
import { RollupChanges } from "../../src/ingestion/rollups/rollupChanges.ts";
import {
  createFactViews,
  LATER_VIEWS,
  migrationsNamed,
  ROLLUPS,
  VIEWS_OVER_FACTS,
} from "../fixtures/factViews.ts";
import { loadSales } from "../fixtures/loadSales.ts";
import { transactionRecords, type TransactionFields } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const on = (day: number): string => `03/${String(day).padStart(2, "0")}/2022 00:00:00`;
/** A sale a day, its id the day. */
const daily = (days: number): Partial<TransactionFields>[] =>
  Array.from({ length: days }, (_, index) => ({ device_id: 1, happened_at: on(index + 1) }));
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Records that come to the file of `loadSales`, where they correct what they name again. */
async function append({ files, ingest }: Warehouse, ...records: TransactionFields[]) {
  await files.append("transactions.csv", transactionRecords(...records));
  return ingest();
}

/** Ids of the sales that are listed of store 1; undefined when it has no list. */
async function listed({ rows }: Warehouse): Promise<number[] | undefined> {
  const [list] = await rows<{ ids: string[] }>(`
    SELECT transaction_ids::text[] AS ids FROM aggregation_layer.rollup_store_first_sales
    JOIN ingestion_layer.dim_stores USING (store_key) WHERE store_id = 1`);
  return list?.ids.map(Number);
}

describe("a store's first sales", () => {
  test(
    "are ten; when corrections leave fewer than five of more, the first twenty are read from the fact",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1 }], daily(30));
      expect(await listed(warehouse)).toEqual(numbers(1, 10));

      const refused = (id: number) => ({ id, happened_at: on(id), status: "refused" });
      await append(warehouse, ...numbers(1, 5).map(refused));
      expect(await listed(warehouse)).toEqual(numbers(6, 10));

      await append(warehouse, refused(8));
      expect(await listed(warehouse)).toEqual([6, 7, ...numbers(9, 26)]);

      await append(warehouse, { id: 31, happened_at: on(25) });
      expect(await listed(warehouse)).toEqual([6, 7, ...numbers(9, 16)]);
    }),
  );

  test(
    "take in what comes late, but nothing after those listed, since others may be before it",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1 }], daily(30));
      await append(warehouse, { id: 5, happened_at: on(5), status: "cancelled" });
      expect(await listed(warehouse)).toEqual([...numbers(1, 4), ...numbers(6, 10)]);

      await append(warehouse, { id: 31, happened_at: on(30) }, { id: 32, happened_at: on(2) });
      expect(await listed(warehouse)).toEqual([1, 2, 32, 3, 4, ...numbers(6, 10)]);

      await append(warehouse, { id: 33, happened_at: on(1) });
      expect(await listed(warehouse)).toEqual([1, 33, 2, 32, 3, 4, ...numbers(6, 9)]);
    }),
  );

  test(
    "follow a sale that moves in time, to where it moves",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1 }], daily(6));
      await append(warehouse, { id: 1, happened_at: on(4) });
      expect(await listed(warehouse)).toEqual([2, 3, 1, 4, 5, 6]);
      await append(warehouse, { id: 2, happened_at: on(30) });
      expect(await listed(warehouse)).toEqual([3, 1, 4, 5, 6, 2]);
    }),
  );

  test(
    "and every sum are gone with the last sale they are of",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1 }, { id: 2 }], [{ device_id: 1, product_sku: "A" }]);
      await append(warehouse, { id: 1, device_id: 1, product_sku: "A", status: "refused" });
      expect(await listed(warehouse)).toBeUndefined();
      expect(await warehouse.view("store_performance")).toMatchObject([
        { store_id: 1, refused_transactions: 1 },
      ]);

      await append(warehouse, { id: 1, device_id: 2, product_sku: "B", happened_at: on(9) });
      expect(await warehouse.view("store_performance")).toMatchObject([
        { store_id: 2, accepted_transactions: 1 },
      ]);
      expect(await warehouse.view("product_performance")).toMatchObject([{ product_sku: "B" }]);
      expect(await warehouse.view("daily_sales")).toMatchObject([{ calendar_date: "2022-03-09" }]);
    }),
  );
});

test(
  "chunks that fold at the same time wait for each other, whatever order their keys come in",
  inWarehouse(
    async (warehouse) => {
      const { database, rows } = warehouse;
      const stores = numbers(1, 40).map((id) => ({ id }));
      await loadSales(warehouse, stores, [{ device_id: 1, happened_at: on(1) }]);
      const fold = async (order: "up" | "down", round: number, client: pg.PoolClient): Promise<void> => {
        const keys = order === "up" ? numbers(1, 40) : numbers(1, 40).reverse();
        const changes = new RollupChanges();
        for (const key of keys) {
          const id = 1000 * round + key + (order === "up" ? 0 : 100);
          changes.add(1, key, key, 1, 20220301, 0, 250, id, 1_646_092_800_000_000 + id);
          // What the round before has added is taken away again.
          if (round > 1)
            changes.add(-1, key, key, 1, 20220301, 0, 250, id - 1000, 1_646_092_800_000_000 + id);
        }
        await client.query("BEGIN");
        await foldRollups(client, changes);
        await client.query("COMMIT");
      };
      const clients = [await database.pool.connect(), await database.pool.connect()] as const;
      try {
        for (const round of numbers(1, 20)) {
          await Promise.all([fold("up", round, clients[0]), fold("down", round, clients[1])]);
        }
      } finally {
        for (const client of clients) client.release();
      }
      expect(
        await rows(`SELECT accepted_transactions::integer AS sales, accepted_transacted_amount AS amount
          FROM aggregation_layer.rollup_products`),
      ).toEqual([{ sales: 81, amount: "210.00" }]);
      expect(
        await rows(`SELECT min(accepted_transactions)::integer AS least, count(*)::integer AS stores
          FROM aggregation_layer.rollup_stores`),
      ).toEqual([{ least: 2, stores: 40 }]);
    },
    { tampered: true },
  ),
);

describe("the rollups that do not agree with the facts", () => {
  const tamper = `
    DELETE FROM aggregation_layer.rollup_stores WHERE store_key = 1;
    UPDATE aggregation_layer.rollup_devices SET refused_transactions = refused_transactions + 1 WHERE device_key = 1;
    UPDATE aggregation_layer.rollup_products SET accepted_transacted_amount = accepted_transacted_amount + 0.01;
    INSERT INTO aggregation_layer.rollup_days SELECT date_key, 1, 1, 0, 0, 0, 0 FROM ingestion_layer.dim_time
      WHERE date_key = 20210704;
    UPDATE aggregation_layer.rollup_store_first_sales
      SET transaction_ids = transaction_ids[1:4], happened_at = happened_at[1:4] WHERE store_key = 1;
    UPDATE aggregation_layer.rollup_store_first_sales SET happened_at[1] = happened_at[1] - interval '1 second'
      WHERE store_key = 2`;
  const sales = [...daily(6), { device_id: 2 }];

  test(
    "are brought to them by a run of the aggregation layer, which leaves the others as they are",
    inWarehouse(async (warehouse) => {
      const { context, rows, verify } = warehouse;
      await loadSales(warehouse, [{ id: 1 }, { id: 2 }], sales);
      const before = await warehouse.answers();
      const untouched = "SELECT xmin, ctid FROM aggregation_layer.rollup_devices WHERE device_key = 2";
      const [version] = await rows(untouched);
      await rows(tamper);
      expect((await verify()).map(({ check, subject }) => `${check}: ${subject}`)).toEqual([
        "firstSalesOfStores: store 1 sale 5",
        "firstSalesOfStores: store 2 sale 1",
        "rollupOfStores: store 1",
        "rollupOfDevices: device 1",
        "rollupOfProducts: 3770009015048",
        "rollupOfDays: day 20210704",
      ]);

      const { failure, verification } = await aggregate(context());

      expect({ failure, differences: verification.differences }).toEqual({
        failure: undefined,
        differences: [],
      });
      expect(await warehouse.answers()).toEqual(before);
      expect(await rows(untouched)).toEqual([version]);
      expect(await rows("SELECT counts FROM operations.run_steps WHERE name = 'rebuild rollups'")).toEqual([
        { counts: { stores: 1, products: 1, devices: 1, days: 1, firstSales: 2 } },
      ]);
    }),
  );

  test(
    "stop a chunk that takes from them what they do not have, and the message says how to mend them",
    inWarehouse(async (warehouse) => {
      await loadSales(warehouse, [{ id: 1 }, { id: 2 }], sales);
      await warehouse.rows(tamper);

      const correction = { id: 1, happened_at: on(1), status: "refused" };
      const report = await append(warehouse, correction);

      expect(report).toMatchObject({
        status: "failed",
        corrected: 0,
        error: { code: "verification_failed" },
      });
      expect(report.error?.message).toContain("npm run job:ingest -- --select aggregation_layer");
      await aggregate(warehouse.context());
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", corrected: 1 });
    }),
  );
});

test(
  "a warehouse that was filled before there were rollups gets them with the migration that makes them",
  inWarehouse(async (warehouse) => {
    const { rows } = warehouse;
    const status = (index: number) => ["accepted", "refused", "cancelled"][index % 5] ?? "accepted";
    const some = daily(31).map((sale, index) => ({
      ...sale,
      device_id: 1 + (index % 3),
      status: status(index),
    }));
    await loadSales(warehouse, [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }], some);
    const views = await createFactViews(warehouse);
    await rows("DROP SCHEMA aggregation_layer CASCADE");

    const [before, after] = [await migrationsNamed(VIEWS_OVER_FACTS), await migrationsNamed(ROLLUPS)];
    const later = await migrationsNamed(LATER_VIEWS);
    for (const sql of [...before.values(), ...after.values(), ...later.values()]) await rows(sql);
    await setUpRoles(warehouse.database.url);

    expect(after.size).toBe(1 + before.size);
    expect(await views.answers()).toEqual(await views.ofFacts());
    expect((await views.answers())["store_performance"]).toHaveLength(3);
  }),
);
