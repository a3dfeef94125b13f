import { expect, jest, test } from "@jest/globals";
import { setTimeout as pause } from "node:timers/promises";
import { distribute, planDistribution } from "../../jobs/distribute.ts";
import { remainingSteps } from "../../src/database/distribution/distribution.ts";
import { DISTRIBUTED_TABLES, KEYS_NOT_KEPT } from "../../src/database/distribution/whichTables.ts";
import { createPool } from "../../src/database/pool.ts";
import { allRights, clusterRights, ROLES, type Right } from "../../src/database/roles/rights.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { start } from "../processes/programs.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { asOwner } from "../fixtures/asOwner.ts";
import { distributed } from "../fixtures/distributing.ts";
import { devicesFile, storesFile, transactionRecords, TRANSACTIONS_HEADER } from "../fixtures/sourceText.ts";
import { onServer } from "../fixtures/testRun.ts";
import { TEST_CARD_TOKEN_KEY, withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

test("the keys that a cluster does not keep are the foreign keys of the facts and their versions", () =>
  withWarehouse(
    async ({ rows }) => {
      const tables = DISTRIBUTED_TABLES.map(({ table }) => table);
      const kept = await rows(
        `SELECT
           conname::text AS constraint,
           conrelid::regclass::text AS child,
           children.attname::text AS child_column,
           confrelid::regclass::text AS parent,
           parents.attname::text AS parent_column,
           pg_get_constraintdef(pg_constraint.oid) AS definition
         FROM pg_constraint
         JOIN pg_attribute AS children ON children.attrelid = conrelid AND children.attnum = conkey[1]
         JOIN pg_attribute AS parents ON parents.attrelid = confrelid AND parents.attnum = confkey[1]
         WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])`,
        [tables],
      );
      expect(kept).toHaveLength(KEYS_NOT_KEPT.length);
      expect(kept).toEqual(
        expect.arrayContaining(
          KEYS_NOT_KEPT.map((key) => ({
            ...key,
            definition: expect.stringMatching(/ ON UPDATE RESTRICT ON DELETE RESTRICT$/),
          })),
        ),
      );
    },
    { isDistributed: false },
  ));

test("db:distribute that is refused without Citus changes no role and no right, and says nothing else", () =>
  withWarehouse(
    async (warehouse) => {
      await setUpRoles(warehouse.database.url);
      // As an owner may have done; opened as its owner, nothing but the command itself would take it back.
      await warehouse.rows("GRANT SELECT ON ingestion_layer.dim_stores TO tillhouse_reader");
      const acl = "SELECT relacl::text FROM pg_class WHERE oid = 'ingestion_layer.dim_stores'::regclass";
      const before = await warehouse.rows(acl);
      const logger = collectingLogger();
      await expect(distributed(warehouse, { logger })).rejects.toMatchObject({ code: "cluster_unusable" });
      expect(await warehouse.rows(acl)).toEqual(before);
      expect(logger.lines).toEqual([]);
    },
    { isDistributed: false, isOfCluster: false },
  ));

test("what the reader may read on a cluster besides is what views of facts are made of, no column more or less", () =>
  withWarehouse(async ({ rows }) => {
    const read = await rows<{ names: string[]; column: string }>(
      `WITH RECURSIVE
         reads AS (
           SELECT ev_class AS view, refobjid AS relation, refobjsubid AS attnum
           FROM pg_rewrite
           JOIN pg_depend ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid
           WHERE refclassid = 'pg_class'::regclass AND refobjid <> ev_class AND refobjsubid > 0
             AND ev_class IN (SELECT oid FROM pg_class WHERE relkind = 'v' AND relnamespace = 'aggregation_layer'::regnamespace)
         ),
         all_reads AS (
           SELECT * FROM reads
           UNION
           SELECT all_reads.view, reads.relation, reads.attnum
           FROM all_reads
           JOIN reads ON reads.view = all_reads.relation
         )
       SELECT DISTINCT ARRAY[relnamespace::regnamespace::text, relname::text] AS names, attname::text AS column
       FROM all_reads
       JOIN pg_attribute ON attrelid = relation AND pg_attribute.attnum = all_reads.attnum
       JOIN pg_class ON pg_class.oid = relation AND relkind = 'r'
       WHERE relation <> ALL ($1::regclass[])
         AND view IN (SELECT view FROM all_reads WHERE relation = ANY ($1::regclass[]))`,
      [DISTRIBUTED_TABLES.map(({ table }) => table)],
    );
    const ofReader = (rights: readonly Right[]): ReadonlySet<string> =>
      new Set(
        rights
          .filter(({ role, privilege }) => role === ROLES.reader && privilege === "SELECT")
          .map(({ names, column }) => [...names, column ?? "*"].join(".")),
      );
    const everywhere = ofReader(allRights());
    const besides = read
      .filter(({ names }) => !everywhere.has([...names, "*"].join(".")))
      .map(({ names, column }) => [...names, column].join("."))
      .filter((column) => !everywhere.has(column));
    expect(besides.length).toBeGreaterThan(0);
    expect(besides.sort()).toEqual([...ofReader(clusterRights())].sort());
  }));

const STORES = 20;

/** Stores with a device each, and so many sales of each status on them, in several files. */
async function fill(warehouse: Warehouse, sales: number): Promise<void> {
  const ids = Array.from({ length: STORES }, (_, index) => index + 1);
  await warehouse.files.write("stores.csv", storesFile(...ids.map((id) => ({ id, name: `Store ${id}` }))));
  await warehouse.files.write(
    "devices.csv",
    devicesFile(...ids.map((id) => ({ id, store_id: id, type: id % 5 }))),
  );
  await warehouse.files.write("transactions-1.csv", salesFile(1, sales));
  expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", rejected: 0 });
}

function salesFile(firstId: number, sales: number, amount = 1): string {
  const records = Array.from({ length: sales }, (_, index) => {
    const id = firstId + index;
    return transactionRecords({
      id,
      device_id: (id % STORES) + 1,
      product_sku: `sku ${id % 7}`,
      product_name: `name ${id % 11}`,
      amount: `${(id % 90) + amount}.${String(id % 100).padStart(2, "0")}`,
      status: ["accepted", "accepted", "refused", "cancelled"][id % 4] ?? "accepted",
      happened_at: `0${(id % 9) + 1}/1${id % 10}/2022 09:0${id % 6}:00`,
    });
  });
  return TRANSACTIONS_HEADER + records.join("");
}

const FACTS =
  "SELECT count(*)::integer AS facts, sum(amount)::text AS amount FROM ingestion_layer.fct_transactions";
/** Pieces that really hold the facts, by the nodes' own word. */
const PLACES = `SELECT DISTINCT nodename, nodeport FROM citus_shards WHERE table_name = 'ingestion_layer.fct_transactions'::regclass`;

async function expectDistributed({ rows }: Warehouse): Promise<void> {
  expect(await rows(PLACES)).toHaveLength(2);
  expect(
    await rows(
      `SELECT count(*)::integer AS tables FROM pg_dist_partition
       WHERE logicalrelid = ANY ($1::regclass[]) AND partmethod = 'h'`,
      [DISTRIBUTED_TABLES.map(({ table }) => table)],
    ),
  ).toEqual([{ tables: 2 }]);
  // What was copied is not kept a second time.
  expect(await rows("SELECT pg_relation_size('ingestion_layer.fct_transactions')::integer AS bytes")).toEqual(
    [{ bytes: 0 }],
  );
}

/** Loads more, corrects some and says some again: all ways that a record can take. */
async function loadMore(warehouse: Warehouse, known: number): Promise<void> {
  await warehouse.files.write(`transactions-more-${known}.csv`, salesFile(known - 50, 100, 2));
  const report = await warehouse.ingest({ asOf: new Date() });
  expect(report).toMatchObject({ status: "succeeded", loaded: 49, corrected: 51, rejected: 0 });
  expect(await warehouse.verify()).toEqual([]);
}

describeOnCitus("the reader", () => {
  test("may ask the views of facts by any of their columns", () =>
    withWarehouse(async (warehouse) => {
      await fill(warehouse, 100);
      const pool = createPool(
        { url: warehouse.database.url, role: "reader", isReadOnly: true },
        silentLogger,
      );
      try {
        // As PostgreSQL says it, to the microsecond.
        const asSaid = { types: { getTypeParser: () => String } };
        for (const view of ["transactions_as_was", "transaction_versions"]) {
          const one = `SELECT * FROM aggregation_layer.${view} WHERE transaction_id = 7`;
          const { rows } = await pool.query<Record<string, string | null>>({ text: one, ...asSaid });
          expect(rows).toHaveLength(1);
          for (const [column, value] of Object.entries(rows[0] ?? {})) {
            if (value === null) continue;
            const text = `SELECT * FROM aggregation_layer.${view} WHERE ${column} = $1`;
            const asked = await pool.query({ text, values: [value], ...asSaid });
            expect([column, asked.rows]).toEqual([column, expect.arrayContaining(rows)]);
          }
        }
      } finally {
        await pool.end();
      }
    }));
});

describeOnCitus("db:distribute", () => {
  test("on an empty warehouse, says what becomes of each table, and loads come to the same as on one machine", async () => {
    const results: unknown[] = [];
    for (const isOnCluster of [true, false]) {
      await withWarehouse(
        async (warehouse) => {
          if (isOnCluster) {
            const planned = await asOwner(warehouse, (database) => planDistribution({ database }, 4));
            expect(planned.tables.filter(({ isDone }) => !isDone).map(({ table }) => table)).toEqual(
              DISTRIBUTED_TABLES.map(({ table }) => table),
            );
            const report = await distributed(warehouse);
            expect(report.cluster.nodes.map(({ holdsFacts }) => holdsFacts)).toEqual([false, true, true]);
            expect(report.tables.every(({ isDone, why }) => isDone && why.length > 0)).toBe(true);
            const all = await warehouse.rows(
              "SELECT 1 FROM pg_tables WHERE schemaname IN ('ingestion_layer', 'aggregation_layer', 'operations')",
            );
            expect(report.tables).toHaveLength(all.length);
            await expectDistributed(warehouse);
          }
          await fill(warehouse, 500);
          await loadMore(warehouse, 500);
          results.push([await warehouse.views(), await warehouse.rows(FACTS)]);
        },
        { isDistributed: false },
      );
    }
    expect(results[0]).toEqual(results[1]);
  });

  test("on a filled warehouse, while a reader looks at the answers and the facts: they stay as they are", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse, 40_000);
        const before = [await warehouse.answers(), await warehouse.rows(FACTS)];
        const seen: unknown[] = [];
        const watch = { isOver: false };
        const watching = (async () => {
          while (!watch.isOver) {
            seen.push([await warehouse.answers(), await warehouse.rows(FACTS)]);
            await pause(10);
          }
        })();

        const report = await distributed(warehouse);
        watch.isOver = true;
        await watching;

        expect(report.steps.map(({ step }) => step)).toContain("distribute by transaction_id");
        expect(seen.length).toBeGreaterThan(5);
        for (const look of seen) expect(look).toEqual(before);
        await expectDistributed(warehouse);
        await loadMore(warehouse, 40_000);
      },
      { isDistributed: false },
    ));

  test("again does nothing", () =>
    withWarehouse(async (warehouse) => {
      await fill(warehouse, 100);
      const [{ pieces } = { pieces: 0 }] = await warehouse.rows<{ pieces: number }>(
        "SELECT count(*)::integer AS pieces FROM pg_dist_shard WHERE logicalrelid = 'ingestion_layer.fct_transactions'::regclass",
      );
      for (const shards of [undefined, pieces])
        expect(
          (await asOwner(warehouse, (database) => distribute(warehouse.context({}, { database }), shards)))
            .steps,
        ).toEqual([]);
      // Another number of pieces is not passed over.
      for (const asked of [
        () => asOwner(warehouse, (database) => distribute(warehouse.context({}, { database }), pieces + 1)),
        () => asOwner(warehouse, (database) => planDistribution({ database }, pieces + 1)),
      ])
        await expect(asked()).rejects.toMatchObject({
          ...{ code: "usage_invalid", message: expect.stringContaining(`in ${pieces}.`) },
        });
    }));

  test("goes on where one before it ended, wherever that was, and the answers are right in between", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse, 300);
        const before = await warehouse.views();
        await setUpRoles(warehouse.database.url, { isToBeDistributed: true });
        const names: string[] = [];
        for (;;) {
          // Each is a transaction, so this is all that a killed one can leave behind, but for an index half made.
          const isOver = await onServer(warehouse.database.url, async (client) => {
            const [next] = await remainingSteps(client, 4);
            await next?.do(client, () => Promise.resolve());
            if (next !== undefined) names.push(next.name);
            return next === undefined;
          });
          expect(await warehouse.views()).toEqual(before);
          expect(await warehouse.verify()).toEqual([]);
          if (isOver) break;
        }
        expect(names.length).toBeGreaterThan(5);
        await expectDistributed(warehouse);
        await loadMore(warehouse, 300);
      },
      { isDistributed: false },
    ));

  test("that is killed while it copies leaves all as it was, and the next one does it", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse, 60_000);
        const before = [await warehouse.views(), await warehouse.rows(FACTS)];
        const { config, database } = warehouse.context();
        const program = start("cli", ["distribute", "--json"], {
          ...{ DATABASE_URL: database.url, CARD_TOKEN_KEY: TEST_CARD_TOKEN_KEY },
          ...{ STATE_DIR: config.stateDir, DATA_DIR: config.dataDir },
        });
        const isCopying =
          "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%SELECT create_distributed_table(%' AND datname = current_database() AND pid <> pg_backend_pid()";
        while ((await warehouse.rows(isCopying)).length === 0) await pause(5);
        program.child.kill("SIGKILL");
        expect((await program.ended).signal).toBe("SIGKILL");
        expect([await warehouse.views(), await warehouse.rows(FACTS)]).toEqual(before);

        await distributed(warehouse);

        await expectDistributed(warehouse);
        expect([await warehouse.views(), await warehouse.rows(FACTS)]).toEqual(before);
        await loadMore(warehouse, 60_000);
      },
      { isDistributed: false },
    ));
});
