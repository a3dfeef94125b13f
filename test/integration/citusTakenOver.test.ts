import { expect, jest, test } from "@jest/globals";
import { verify } from "../../jobs/verify.ts";
import { isDistributed } from "../../src/database/distribution/distributedSessions.ts";
import { remainingSteps } from "../../src/database/distribution/distribution.ts";
import { KEYS_NOT_KEPT } from "../../src/database/distribution/whichTables.ts";
import { setUpRoles } from "../../src/database/roles/setUpRoles.ts";
import { checkFence } from "../../src/runs/fence.ts";
import { takeWarehouseLock } from "../../src/runs/runLock.ts";
import { describeOnCitus } from "../fixtures/citus.ts";
import { onMessage } from "../fixtures/collectingLogger.ts";
import { distributed } from "../fixtures/distributing.ts";
import { endSessions, untilWaiting, withOther } from "../fixtures/otherConnection.ts";
import { devicesFile, storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { onServer } from "../fixtures/testRun.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

const SALES = 2_000;
const sales = (first: number, count = SALES, amount = "1.00") =>
  transactionsFile(...Array.from({ length: count }, (_, index) => ({ id: first + index, amount })));

async function fill({ files, ingest }: Warehouse): Promise<void> {
  await files.write("stores.csv", storesFile({ id: 1 }));
  await files.write("devices.csv", devicesFile({ id: 1 }));
  await files.write("transactions-1.csv", sales(1));
  expect(await ingest()).toMatchObject({ status: "succeeded", loaded: SALES + 2 });
}

/** Enough for chunks to be left when the facts are distributed. */
const MANY = 20_000;

const PLACES = "SELECT logicalrelid::regclass::text AS table FROM pg_dist_partition ORDER BY 1";

describeOnCitus("db:distribute that another run takes over from", () => {
  test("is ended where it waits for the facts, and the other one loads them where they are", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        // So that what it waits for is to distribute.
        for (const { child, constraint } of KEYS_NOT_KEPT)
          await warehouse.rows(`ALTER TABLE ${child} DROP CONSTRAINT ${constraint}`);
        const distributing = await withOther(warehouse, async (other) => {
          await other.run("LOCK TABLE ingestion_layer.fct_transactions IN ROW SHARE MODE");
          const begun = distributed(warehouse).catch((error: unknown) => error);
          await untilWaiting(warehouse, "tillhouse distribute");
          // As the server does with one whose process is paused.
          await endSessions(warehouse, "tillhouse lock");
          await warehouse.files.write("transactions-2.csv", sales(SALES + 1));
          expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: SALES });
          return begun;
        });

        expect(distributing).toMatchObject({ code: "database_connection_lost" });
        expect(await warehouse.rows(PLACES)).toEqual([]);
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));

  test("changes nothing any more, at whatever step it is", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        const { database } = warehouse;
        await setUpRoles(database.url, { isToBeDistributed: true });
        const held = await takeWarehouseLock(database.entry, new Date());
        if (held === undefined) throw new Error("the warehouse is taken");
        const names: string[] = [];
        try {
          await onServer(database.url, async (client) => {
            await client.query("SET client_min_messages = warning");
            for (;;) {
              const [next, ...others] = await remainingSteps(client, 4);
              if (next === undefined) break;
              await expect(
                next.do(client, (session) => checkFence(session, held.fencingToken - 1n)),
              ).rejects.toMatchObject({ code: "run_lock_lost" });
              const left = await remainingSteps(client, 4);
              expect(left.map(({ name }) => name)).toEqual([next, ...others].map(({ name }) => name));

              await next.do(client, (session) => checkFence(session, held.fencingToken));
              names.push(next.name);
            }
          });
        } finally {
          await held.release();
        }
        expect(names.length).toBeGreaterThan(KEYS_NOT_KEPT.length);
        expect(await warehouse.rows(PLACES)).toHaveLength(2);
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));
});

/** Does all steps until the first that is not to be done, by hand: without a run or a lock. */
function doSteps({ database }: Warehouse, isToBeDone: (name: string) => boolean): Promise<void> {
  return onServer(database.url, async (client) => {
    await client.query("SET client_min_messages = warning");
    for (const step of await remainingSteps(client, 4)) {
      if (!isToBeDone(step.name)) return;
      await step.do(client, () => Promise.resolve());
    }
  });
}

describeOnCitus("a load", () => {
  test("under which the facts are distributed opens its sessions anew, and goes on", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        await setUpRoles(warehouse.database.url, { isToBeDistributed: true });
        await warehouse.files.write("transactions-2.csv", sales(1, MANY));
        await warehouse.ingest();
        await warehouse.files.write("transactions-3.csv", sales(1, MANY, "2.00"));
        // As nobody does who holds the warehouse: by hand. All but what a chunk waits for is done before.
        await doSteps(warehouse, (name) => !name.startsWith("distribute"));
        const distributing = onMessage("chunk committed", "transactions-3.csv", () =>
          doSteps(warehouse, () => true),
        );
        const settings = { CHUNK_RECORDS: "100", WORKERS: "1", RETRY_MS: "60000" };
        const report = await warehouse.ingest({ settings, logger: distributing.logger, asOf: new Date() });
        await distributing.done();

        expect(report.files.flatMap(({ error }) => error ?? [])).toEqual([]);
        expect(report).toMatchObject({ status: "succeeded", corrected: MANY, rejected: 0 });
        expect(await warehouse.rows(PLACES)).toHaveLength(2);
        expect(
          await warehouse.rows(
            "SELECT amount, count(*)::integer AS facts, count(DISTINCT transaction_id)::integer AS ids FROM ingestion_layer.fct_transactions GROUP BY amount",
          ),
        ).toEqual([{ amount: "2.00", facts: MANY, ids: MANY }]);
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));
});

describeOnCitus("a daemon", () => {
  test("that was open when the facts were distributed knows of it from its next run on", () =>
    withWarehouse(
      async (warehouse) => {
        await fill(warehouse);
        const { database, ...context } = warehouse.context();
        const isKnown = () => [isDistributed(database.pool), isDistributed(database.readers())];
        await verify({ ...context, database });
        expect(isKnown()).toEqual([false, false]);

        await distributed(warehouse);
        expect((await verify({ ...context, database })).failure).toBeUndefined();

        expect(isKnown()).toEqual([true, true]);
        await warehouse.files.write("transactions-2.csv", sales(SALES - 9, 20, "2.00"));
        expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 10, corrected: 10 });
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));
});
