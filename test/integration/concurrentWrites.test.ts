import { randomBytes } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { facts, quarantine, WITHOUT_VERSIONS } from "../fixtures/loadedFacts.ts";
import { HOLD_UP_CHUNKS, refusalOf, untilALoaderWaits, withOther } from "../fixtures/otherConnection.ts";
import {
  devicesFile,
  storesFile,
  transactionsFile as file,
  type TransactionFields,
} from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

const LOCK_NOT_AVAILABLE = "55P03";
const NEXT = "transactions-2.csv";

/** Two stores with a device each, labels of two SKUs, and a calendar of February 2022. */
async function prepare({ files, ingest }: Warehouse, ...more: TransactionFields[]): Promise<void> {
  await files.write("stores.csv", storesFile({ id: 1 }, { id: 2 }));
  await files.write("devices.csv", devicesFile({ id: 1, store_id: 1 }, { id: 2, store_id: 2 }));
  const calendar = { created_at: "02/01/2022 10:00:00", happened_at: "02/28/2022 10:00:00" };
  await files.write("transactions.csv", file({ id: 1, ...calendar }, ...more));
  expect(await ingest()).toMatchObject({ status: "succeeded", rejected: 0 });
}

const idsOf = async (warehouse: Warehouse): Promise<number[]> => (await facts(warehouse)).map(({ id }) => id);

describe("what a new fact refers to", () => {
  test(
    "cannot be deleted from when the fact is written until it is committed",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await warehouse.files.write(
        NEXT,
        file(
          // The middle day stands behind two whose mean it is.
          { id: 2, device_id: 2, created_at: "02/02/2022 1:00:00", happened_at: "02/04/2022 1:00:00" },
          { id: 3, device_id: 2, created_at: "02/03/2022 1:00:00", happened_at: "02/03/2022 1:00:00" },
          { id: 4, device_id: 2, card_number: "4111111111111111" },
        ),
      );
      const refusals: Record<string, string> = {};
      const run = await withOther(warehouse, async (other) => {
        await other.run(HOLD_UP_CHUNKS);
        const load = warehouse.ingest();
        await untilALoaderWaits(warehouse);
        for (const [what, from] of [
          ["device", "ingestion_layer.dim_devices WHERE device_id = 2"],
          ["store", "ingestion_layer.dim_stores WHERE store_id = 2"],
          ["label", "ingestion_layer.dim_product_labels"],
          ["product", "ingestion_layer.dim_products"],
          ["first day", "ingestion_layer.dim_time WHERE date_key = 20220202"],
          ["day between", "ingestion_layer.dim_time WHERE date_key = 20220203"],
          ["last day", "ingestion_layer.dim_time WHERE date_key = 20220204"],
          ["file", `operations.source_files WHERE path = '${NEXT}'`],
          ["run", "operations.runs WHERE status = 'running'"],
          ["card token key", "operations.card_token_keys"],
        ] as const)
          refusals[what] = await refusalOf(warehouse, `DELETE FROM ${from}`);
        await other.run("COMMIT");
        return load;
      });

      expect(refusals).toEqual({
        device: LOCK_NOT_AVAILABLE,
        store: LOCK_NOT_AVAILABLE,
        label: LOCK_NOT_AVAILABLE,
        product: LOCK_NOT_AVAILABLE,
        "first day": LOCK_NOT_AVAILABLE,
        "day between": LOCK_NOT_AVAILABLE,
        "last day": LOCK_NOT_AVAILABLE,
        file: LOCK_NOT_AVAILABLE,
        run: LOCK_NOT_AVAILABLE,
        "card token key": LOCK_NOT_AVAILABLE,
      });
      expect(run).toMatchObject({ status: "succeeded", loaded: 3 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
    }),
  );

  /** Loads three sales of the 15th, one of a second SKU, while somebody else deletes something and then commits. */
  async function loadBesides(warehouse: Warehouse, ...deletions: readonly string[]) {
    const day = { created_at: "02/15/2022 1:00:00", happened_at: "02/15/2022 1:00:00" };
    await warehouse.files.write(
      NEXT,
      file(
        { id: 11, ...day },
        { id: 12, ...day, product_sku: "SKU-2", product_name: "Roses" },
        { id: 13, ...day },
      ),
    );
    return withOther(warehouse, async (other) => {
      for (const sql of deletions) expect(await other.run(sql)).toBe(1);
      const load = warehouse.ingest();
      await untilALoaderWaits(warehouse);
      await other.run("COMMIT");
      return load;
    });
  }
  const orphans = async ({ verify }: Warehouse) =>
    (await verify()).filter(({ check }) => check === "keysOfFacts");

  test(
    "and is deleted by somebody before, fails the chunk whole: a day",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      const sql = "DELETE FROM ingestion_layer.dim_time WHERE date_key = 20220215";
      const run = await loadBesides(warehouse, sql);

      expect(run).toMatchObject({ status: "failed", loaded: 0 });
      expect(run.error?.message).toContain("0 of the 1 days of new facts are there; rolled back");
      expect(await idsOf(warehouse)).toEqual([1]);
      expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 3 });
      expect(await idsOf(warehouse)).toEqual([1, 11, 12, 13]);
    }),
  );

  test(
    "and is deleted by somebody before, is made again: a label with its product",
    inWarehouse(
      async (warehouse) => {
        await prepare(warehouse, { id: 2, product_sku: "SKU-2", product_name: "Roses" });
        const run = await loadBesides(
          warehouse,
          "DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 2",
          `DELETE FROM aggregation_layer.rollup_products USING ingestion_layer.dim_products AS products
           WHERE products.product_key = rollup_products.product_key AND product_sku = 'SKU-2'`,
          "DELETE FROM ingestion_layer.dim_product_labels WHERE product_name = 'Roses'",
          "DELETE FROM ingestion_layer.dim_products WHERE product_sku = 'SKU-2'",
        );

        expect(run).toMatchObject({ status: "succeeded", loaded: 3 });
        expect(await facts(warehouse)).toMatchObject([
          { id: 1, sku: "3770009015048" },
          { id: 11, sku: "3770009015048" },
          { id: 12, sku: "SKU-2", name: "Roses" },
          { id: 13, sku: "3770009015048" },
        ]);
        expect(await orphans(warehouse)).toEqual([]);
      },
      { tampered: true },
    ),
  );

  test.each(["COMMIT", "ROLLBACK"])("is waited for while somebody deletes it: a device (%s)", (end) =>
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await warehouse.files.write(NEXT, file({ id: 2 }, { id: 3, device_id: 2 }));
      const run = await withOther(warehouse, async (other) => {
        await other.run(WITHOUT_VERSIONS);
        await other.run("DELETE FROM ingestion_layer.dim_devices WHERE device_id = 2");
        const load = warehouse.ingest();
        await untilALoaderWaits(warehouse);
        await other.run(end);
        return load;
      });

      const isGone = end === "COMMIT";
      expect(run).toMatchObject({ status: "succeeded", loaded: isGone ? 1 : 2 });
      expect(await idsOf(warehouse)).toEqual(isGone ? [1, 2] : [1, 2, 3]);
      const waiting = { line: 3, reason: "unknown_device", state: "waiting" };
      expect(await quarantine(warehouse)).toMatchObject(isGone ? [waiting] : []);
    })(),
  );
});

describe("an id that somebody else is just writing", () => {
  const insert = (id: number): string => `
    INSERT INTO ingestion_layer.fct_transactions
    SELECT (jsonb_populate_record(facts, jsonb_build_object('transaction_id', ${id}))).*
    FROM ingestion_layer.fct_transactions AS facts WHERE transaction_id = 1`;

  /** Loads while somebody has inserted an id, who then ends the transaction. */
  const loadBeside = (warehouse: Warehouse, id: number, end: "COMMIT" | "ROLLBACK") =>
    withOther(warehouse, async (other) => {
      expect(await other.run(insert(id))).toBe(1);
      const load = warehouse.ingest();
      await untilALoaderWaits(warehouse);
      await other.run(end);
      return load;
    });

  test(
    "is loaded when that one lets it be",
    inWarehouse(async (warehouse) => {
      await prepare(warehouse);
      await warehouse.files.write(NEXT, file({ id: 2 }, { id: 3 }, { id: 4 }));
      expect(await loadBeside(warehouse, 3, "ROLLBACK")).toMatchObject({ status: "succeeded", loaded: 3 });
      expect(await idsOf(warehouse)).toEqual([1, 2, 3, 4]);
    }),
  );

  test.each([
    ["above all that is loaded", 3, [2, 3, 4]],
    ["among what is loaded", 5, [4, 5, 6]],
  ] as const)(
    "fails the chunk whole when it is committed, %s; nothing is doubled, and the next run goes on",
    (_, id, ids) =>
      inWarehouse(
        async (warehouse) => {
          await prepare(warehouse, ...(id === 5 ? [{ id: 10 }] : []));
          const loaded = await idsOf(warehouse);
          await warehouse.files.write(NEXT, file(...ids.map((of) => ({ id: of }))));

          const failed = await loadBeside(warehouse, id, "COMMIT");
          expect(failed).toMatchObject({ status: "failed", loaded: 0 });
          expect(failed.error?.message).toMatch(/duplicate key value violates unique constraint/);
          expect(await idsOf(warehouse)).toEqual([...loaded, id].sort((a, b) => a - b));
          expect(await warehouse.rows("SELECT status::text FROM operations.runs ORDER BY run_id")).toEqual([
            { status: "succeeded" },
            { status: "failed" },
          ]);

          if (id === 3)
            await warehouse.rows("DELETE FROM ingestion_layer.fct_transactions WHERE transaction_id = 3");
          const next = await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
          expect(next).toMatchObject({ status: "succeeded", loaded: id === 3 ? 3 : 2 });
          expect(await idsOf(warehouse)).toEqual([...new Set([...loaded, ...ids])].sort((a, b) => a - b));
          // The fact of somebody else is of a file that was said earlier.
          expect(next).toMatchObject({ corrected: id === 3 ? 0 : 1, rejected: 0 });
        },
        { tampered: id === 5 },
      )(),
  );
});

/** Runs `work` as a user who owns nothing, and may do with the tables what a loader needs. */
async function asPlainUser(warehouse: Warehouse, work: (user: Warehouse) => Promise<void>): Promise<void> {
  const name = `tillhouse_test_${randomBytes(6).toString("hex")}`;
  const schemas = "ingestion_layer, aggregation_layer, operations, public";
  await warehouse.rows(`
    CREATE ROLE ${name} LOGIN PASSWORD '${name}';
    GRANT USAGE ON SCHEMA ${schemas} TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schemas} TO ${name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schemas} TO ${name}`);
  const url = new URL(warehouse.database.url);
  url.username = name;
  url.password = name;
  const { config } = warehouse.context({ DATABASE_URL: url.href });
  try {
    const database = await openDatabase({
      config,
      purpose: "load",
      logger: silentLogger,
      clock: systemClock,
      environment: {},
    });
    try {
      await work({ ...warehouse, ingest: (options = {}) => warehouse.ingest({ ...options, database }) });
    } finally {
      await database.close();
    }
  } finally {
    await warehouse.rows(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  }
}

describe("a user who may not have foreign keys checked as sets", () => {
  test(
    "loads the same, with every row checked",
    inWarehouse((owner) =>
      asPlainUser(owner, async (user) => {
        const [may] = await user.rows<{ may: boolean }>(
          "SELECT has_parameter_privilege(usename, 'session_replication_role', 'SET') AS may FROM pg_user WHERE usename LIKE 'tillhouse_test_%'",
        );
        expect(may).toEqual({ may: false });
        await prepare(user);
        await user.files.write(
          NEXT,
          file({ id: 2 }, { id: 1 }, { id: 3, device_id: 9 }, { id: 4, amount: "x" }),
        );
        const settings = { MAX_REJECT_RATIO: "1" };
        expect(await user.ingest({ settings })).toMatchObject({
          status: "succeeded",
          loaded: 1,
          already_present: 0,
          corrected: 1,
          rejected: 2,
        });
        expect(await idsOf(user)).toEqual([1, 2]);
      }),
    ),
  );

  test(
    "commits no orphan either",
    inWarehouse((owner) =>
      asPlainUser(owner, async (user) => {
        await prepare(user);
        const day = { created_at: "02/15/2022 1:00:00", happened_at: "02/15/2022 1:00:00" };
        await user.files.write(NEXT, file({ id: 2, ...day }));
        const run = await withOther(owner, async (other) => {
          await other.run("DELETE FROM ingestion_layer.dim_time WHERE date_key = 20220215");
          const load = user.ingest();
          await untilALoaderWaits(owner);
          await other.run("COMMIT");
          return load;
        });
        expect(run).toMatchObject({ status: "failed", loaded: 0 });
        expect(await user.ingest()).toMatchObject({ status: "succeeded", loaded: 1 });
      }),
    ),
  );
});
