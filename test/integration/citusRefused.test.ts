import { randomBytes } from "node:crypto";
import { expect, jest, test } from "@jest/globals";
import { setTimeout as pause } from "node:timers/promises";
import { planDistribution } from "../../jobs/distribute.ts";
import { findCluster } from "../../src/database/distribution/cluster.ts";
import { requireRolesLetIn } from "../../src/database/distribution/letIn.ts";
import { leaveInOrder, putBackWhatIsLeft } from "../../jobs/leftOfDistributing.ts";
import { KEYS_NOT_KEPT } from "../../src/database/distribution/whichTables.ts";
import { requireOwnerOfCluster } from "../../src/database/distribution/ownerOfCluster.ts";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger, type Logger } from "../../src/lib/logger.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { asOwner } from "../fixtures/asOwner.ts";
import { distributed } from "../fixtures/distributing.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { onServer } from "../fixtures/testRun.ts";
import { withUndone } from "../fixtures/undo.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

/** As whom a reader works, and what is said of it. */
async function reading(warehouse: Warehouse): Promise<{ role: string; codes: unknown[] }> {
  const logger = collectingLogger();
  const { config } = warehouse.context();
  const database = await openDatabase({
    ...{ config, logger, clock: systemClock, environment: {}, purpose: "read" },
  });
  try {
    const { rows } = await database.pool.query<{ role: string }>("SELECT current_user::text AS role");
    return { role: rows[0]?.role ?? "", codes: logger.lines.map(({ fields }) => fields["code"]) };
  } finally {
    await database.close();
  }
}

const AS_READER = { role: "tillhouse_reader", codes: [] };

describeOnCitus("a warehouse that is not distributed", () => {
  test("is as it was after db:distribute was refused, on a server that only loads Citus", () =>
    withWarehouse(
      async (warehouse) => {
        // What is granted on a database is not copied with it.
        await setUpRoles(warehouse.database.url);
        for (const refused of [
          distributed(warehouse),
          asOwner(warehouse, (database) => planDistribution({ database }, 4)),
        ])
          await expect(refused).rejects.toMatchObject({
            ...{ code: "cluster_unusable", message: expect.stringContaining("CREATE EXTENSION citus") },
          });
        expect(await warehouse.rows("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).toEqual([]);
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
      },
      { isOfCluster: false },
    ));

  test("needs no right of a cluster, though its database has Citus", () =>
    withWarehouse(
      async (warehouse) => {
        await setUpRoles(warehouse.database.url);
        await warehouse.rows("CREATE EXTENSION citus");
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
        await expect(distributed(warehouse)).rejects.toMatchObject({ code: "cluster_unusable" });
        expect(await reading(warehouse)).toEqual(AS_READER);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
      },
      { isOfCluster: false },
    ));
});

/** Whose they are, in the way of the facts or their versions; each with the words that it is to be named by. */
const STRAYS: readonly (readonly [stray: string, named: string])[] = [
  [
    `CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER "My Trigger" AFTER INSERT ON ingestion_layer.fct_transactions FOR EACH ROW EXECUTE FUNCTION public.look()`,
    'DROP TRIGGER "My Trigger" ON ingestion_layer.fct_transactions',
  ],
  [
    `CREATE TABLE public.notes (id bigint CONSTRAINT about REFERENCES ingestion_layer.fct_transactions)`,
    "ALTER TABLE notes DROP CONSTRAINT about",
  ],
  [
    `CREATE TABLE public.mine (store_key integer PRIMARY KEY);
     ALTER TABLE ingestion_layer.fct_transactions ADD CONSTRAINT "My FK" FOREIGN KEY (store_key) REFERENCES public.mine`,
    'ALTER TABLE ingestion_layer.fct_transactions DROP CONSTRAINT "My FK"',
  ],
  [
    `CREATE TABLE public.my_runs (run_id integer PRIMARY KEY);
     ALTER TABLE ingestion_layer.fct_transactions_history ADD CONSTRAINT plain FOREIGN KEY (run_id) REFERENCES public.my_runs`,
    "ALTER TABLE ingestion_layer.fct_transactions_history DROP CONSTRAINT plain",
  ],
  [
    "CREATE UNIQUE INDEX one_card ON ingestion_layer.fct_transactions (card_token) INCLUDE (transaction_id)",
    "DROP INDEX ingestion_layer.one_card",
  ],
  [
    "ALTER TABLE ingestion_layer.fct_transactions_history ADD CONSTRAINT once UNIQUE (run_id, version_id)",
    "ALTER TABLE ingestion_layer.fct_transactions_history DROP CONSTRAINT once",
  ],
  [
    "ALTER TABLE ingestion_layer.fct_transactions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE ingestion_layer.fct_transactions DISABLE ROW LEVEL SECURITY",
  ],
  [
    "CREATE POLICY all_of_it ON ingestion_layer.fct_transactions USING (true)",
    "DROP POLICY all_of_it ON ingestion_layer.fct_transactions",
  ],
  [
    "CREATE RULE never AS ON DELETE TO ingestion_layer.fct_transactions DO INSTEAD NOTHING",
    "DROP RULE never ON ingestion_layer.fct_transactions",
  ],
  [
    "CREATE TABLE public.heir () INHERITS (ingestion_layer.fct_transactions)",
    "ALTER TABLE heir NO INHERIT ingestion_layer.fct_transactions",
  ],
];

/** All that distributing may change of the tables, and what is granted on them. */
const TABLES = `
  SELECT conrelid::regclass::text AS table, conname::text AS name, pg_get_constraintdef(oid) AS is FROM pg_constraint
  WHERE conrelid IN ('ingestion_layer.fct_transactions'::regclass, 'ingestion_layer.fct_transactions_history'::regclass)
  UNION ALL
  SELECT relname::text, 'acl', coalesce(relacl::text, '') FROM pg_class
  WHERE relnamespace IN ('ingestion_layer'::regnamespace, 'aggregation_layer'::regnamespace)
  UNION ALL
  SELECT 'pg_dist_partition', logicalrelid::text, '' FROM pg_dist_partition
  ORDER BY 1, 2, 3`;

describeOnCitus("db:distribute", () => {
  test("names all that is in its way at once, as the dry run does, and changes nothing", () =>
    withWarehouse(
      async (warehouse) => {
        await setUpRoles(warehouse.database.url);
        for (const [stray] of STRAYS) await warehouse.rows(stray);
        const before = await warehouse.rows(TABLES);
        for (const refused of [
          () => asOwner(warehouse, (database) => planDistribution({ database }, 4)),
          () => distributed(warehouse),
        ]) {
          const failure: unknown = await refused().catch((error: unknown) => error);
          expect(failure).toMatchObject({ code: "cluster_unusable" });
          const { message } = failure as Error;
          for (const [, named] of STRAYS) expect(message).toContain(`: ${named};`);
          expect(message.match(/;$/gm)).toHaveLength(STRAYS.length);
          expect(await warehouse.rows(TABLES)).toEqual(before);
          expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
        }

        // What it names is what keeps it: done as it says, in the order in which it says it.
        const { message } = (await distributed(warehouse).catch((error: unknown) => error)) as Error;
        for (const [, remedy] of message.matchAll(/: ((?:DROP|ALTER) .*);$/gm))
          await warehouse.rows(remedy ?? "");
        const { tables } = await distributed(warehouse);
        expect(tables.every(({ isDone }) => isDone)).toBe(true);
      },
      { isDistributed: false },
    ));

  test("that fails while it distributes gives the facts their foreign keys back, and leaves roles no more rights than before", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        await setUpRoles(warehouse.database.url);
        const before = await exceptPrimaryKeys(warehouse);
        const breaking = whenCopying(warehouse, () =>
          warehouse.rows(`SELECT pg_terminate_backend(pid) ${COPYING}`),
        );
        await expect(distributed(warehouse)).rejects.toMatchObject({ code: "database_connection_lost" });
        await breaking;
        expect(await exceptPrimaryKeys(warehouse)).toEqual(before);
        expect(await setUpRoles(warehouse.database.url)).toMatchObject({ changed: false });
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));

  test("that was told to stop while it distributes gives the facts their foreign keys back, without reading them all", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        await setUpRoles(warehouse.database.url);
        const before = await exceptPrimaryKeys(warehouse);
        const stop = new AbortController();
        const stopping = whenCopying(warehouse, () => {
          stop.abort();
        });
        await expect(distributed(warehouse, { stopping: stop.signal })).rejects.toMatchObject({
          code: "run_stopped",
        });
        await stopping;
        const after = await exceptPrimaryKeys(warehouse);
        expect(after.filter(({ is }) => is.endsWith(" NOT VALID"))).toHaveLength(KEYS_OF_FACTS);
        expect(after.map((row) => ({ ...row, is: row.is.replace(/ NOT VALID$/, "") }))).toEqual(before);
        expect(await putBack(warehouse)).toBe(KEYS_OF_FACTS);
        expect(await exceptPrimaryKeys(warehouse)).toEqual(before);
      },
      { isDistributed: false },
    ));

  test("that was killed after the keys were dropped: undo asks for references itself, and db:migrate puts them back", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        const before = await exceptPrimaryKeys(warehouse);
        await dropKeys(warehouse);
        await warehouse.rows(
          `CREATE UNIQUE INDEX fct_transactions_history_pkey_wider
           ON ingestion_layer.fct_transactions_history (version_id, transaction_id)`,
        );
        // A fact of an earlier run that was made to refer to a device of the newest one.
        await warehouse.files.write("devices-2.csv", devicesFile({ id: 2, store_id: 1 }));
        await warehouse.ingest();
        await warehouse.rows(
          `UPDATE ingestion_layer.fct_transactions
           SET device_key = (SELECT device_key FROM ingestion_layer.dim_devices WHERE device_id = 2)
           WHERE transaction_id = 1`,
        );
        await withUndone(warehouse, (undo) =>
          expect(undo()).rejects.toMatchObject({ code: "undo_not_possible" }),
        );

        expect(await putBack(warehouse)).toBe(KEYS_NOT_KEPT.length);
        expect(await exceptPrimaryKeys(warehouse)).toEqual(before);
        expect(await warehouse.rows("SELECT FROM pg_class WHERE relname LIKE '%_wider'")).toEqual([]);
        expect(await putBack(warehouse)).toBe(0);
      },
      { isDistributed: false },
    ));

  test("that was stopped while it made an index leaves none, and says nothing of keys", () =>
    withWarehouse(
      async (warehouse) => {
        await warehouse.rows(
          `CREATE UNIQUE INDEX fct_transactions_history_pkey_wider
           ON ingestion_layer.fct_transactions_history (version_id, transaction_id)`,
        );
        const logger = collectingLogger();
        await asOwner(warehouse, (database) =>
          leaveInOrder(warehouse.context({}, { database, logger, stopping: AbortSignal.abort() })),
        );
        expect(await warehouse.rows("SELECT FROM pg_class WHERE relname LIKE '%_wider'")).toEqual([]);
        expect(logger.lines).toEqual([]);
      },
      { isDistributed: false },
    ));

  test("puts right what it can: a key that rows of somebody's break keeps no other away", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        await dropKeys(warehouse);
        await warehouse.rows(
          "UPDATE ingestion_layer.fct_transactions SET store_key = 999 WHERE transaction_id = 7",
        );
        const logger = collectingLogger();
        expect(await putBack(warehouse, logger)).toBe(KEYS_NOT_KEPT.length - 1);
        const warnings = logger.lines.filter(({ level }) => level === "warn");
        expect(warnings).toMatchObject([
          { message: expect.stringContaining("fct_transactions_store_key_fkey holds for new facts only") },
        ]);
      },
      { isDistributed: false },
    ));

  test("that finds another one at work leaves everything to that, as db:migrate does", () =>
    withWarehouse(
      async (warehouse) => {
        await dropKeys(warehouse);
        const logger = collectingLogger();
        const lock = await takeWarehouseLock(warehouse.database.entry, systemClock.now());
        try {
          await expect(distributed(warehouse, { logger })).rejects.toMatchObject({ code: "run_locked" });
          expect(logger.lines).toEqual([]);
          expect(await putBack(warehouse, logger)).toBe(0);
          expect(logger.lines).toMatchObject([
            { level: "warn", message: expect.stringContaining("Another run is at work") },
          ]);
        } finally {
          await lock?.release();
        }
        expect(await putBack(warehouse)).toBe(KEYS_NOT_KEPT.length);
      },
      { isDistributed: false },
    ));
});

describeOnCitus("a cluster", () => {
  test("is found unusable by a user whom Citus has yet to make on the nodes, until a superuser does as he is told", () =>
    withWarehouse(
      ({ database, rows }) =>
        onServer(database.url, async (client) => {
          const role = `till_role_${randomBytes(4).toString("hex")}`;
          await client.query("SET citus.enable_create_role_propagation TO off");
          await client.query(`CREATE ROLE ${role}`);
          try {
            await requireOwnerOfCluster(client);
            await client.query(`SET ROLE ${role}`);
            const failure: unknown = await requireOwnerOfCluster(client).catch((error: unknown) => error);
            expect(failure).toMatchObject({ code: "cluster_unusable", details: { role } });
            const [remedy] = /ALTER DATABASE .* OWNER TO .*$/.exec((failure as Error).message) ?? [];
            await rows(remedy ?? "");
            await requireOwnerOfCluster(client);
            expect(
              await rows("SELECT result AS role FROM run_command_on_workers($1)", [
                `SELECT to_regrole('${role}')`,
              ]),
            ).toEqual([{ role }, { role }]);
          } finally {
            await client.query("RESET ROLE");
            await client.query(
              `ALTER DATABASE ${new URL(database.url).pathname.slice(1)} OWNER TO CURRENT_USER`,
            );
            await client.query(`DROP ROLE ${role}`);
          }
        }),
      { isDistributed: false },
    ));

  test("is found unusable where a node lets no role in that may log in on the coordinator", () =>
    withWarehouse(
      async (warehouse) => {
        // Those of ours are the whole cluster's, and other tests work as them.
        const role = `till_role_${randomBytes(4).toString("hex")}`;
        await warehouse.rows(`CREATE ROLE ${role} NOLOGIN`);
        try {
          await asOwner(warehouse, async ({ pool }) => {
            await requireRolesLetIn(pool, [role]);
            await warehouse.rows(`ALTER ROLE ${role} LOGIN`);
            await requireRolesLetIn(pool, [role]);
            await warehouse.rows(
              `SELECT run_command_on_workers('SET citus.enable_alter_role_propagation = off; ALTER ROLE ${role} NOLOGIN')`,
            );
            // Citus keeps connections that it has.
            await warehouse.rows("SELECT run_command_on_workers($1)", [
              `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '${role}'`,
            ]);
            await expect(requireRolesLetIn(pool, [role])).rejects.toMatchObject({
              ...{ code: "cluster_unusable", message: expect.stringContaining(role) },
            });
            expect((await findCluster(pool)).nodes).toHaveLength(3);
          });
        } finally {
          await warehouse.rows(`DROP ROLE ${role}`);
        }
      },
      { isDistributed: false },
    ));
});

const SALES = 30_000;

async function fill({ files, ingest }: Warehouse): Promise<void> {
  await files.write("stores.csv", storesFile({ id: 1 }));
  await files.write("devices.csv", devicesFile({ id: 1 }));
  await files.write(
    "transactions.csv",
    transactionsFile(...Array.from({ length: SALES }, (_, index) => ({ id: index + 1 }))),
  );
  expect(await ingest()).toMatchObject({ status: "succeeded", loaded: SALES + 2 });
}

/** Does something as soon as facts are being copied to the nodes. */
async function whenCopying(warehouse: Warehouse, work: () => unknown): Promise<void> {
  while ((await warehouse.rows(`SELECT 1 ${COPYING}`)).length === 0) await pause(5);
  await work();
}

const COPYING = `FROM pg_stat_activity
  WHERE state = 'active' AND query LIKE '%SELECT create_distributed_table(%' AND datname = current_database() AND pid <> pg_backend_pid()`;

type TableRow = Readonly<Record<"table" | "name" | "is", string>>;

/** One of them is wider from its first step on, on whatever machine the facts are. */
const exceptPrimaryKeys = async (warehouse: Warehouse): Promise<readonly TableRow[]> =>
  (await warehouse.rows<TableRow>(TABLES)).filter(({ name }) => !name.endsWith("_pkey"));

/** Those of the facts themselves, which are distributed first. */
const KEYS_OF_FACTS = KEYS_NOT_KEPT.filter(({ child }) => child.endsWith("fct_transactions")).length;

async function dropKeys(warehouse: Warehouse): Promise<void> {
  for (const { child, constraint } of KEYS_NOT_KEPT)
    await warehouse.rows(`ALTER TABLE ${child} DROP CONSTRAINT ${constraint}`);
}

/** As db:migrate does. */
const putBack = (warehouse: Warehouse, logger: Logger = silentLogger): Promise<number> =>
  asOwner(warehouse, (database) => putBackWhatIsLeft(warehouse.context({}, { database, logger })));
