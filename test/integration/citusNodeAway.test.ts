import { setTimeout as pause } from "node:timers/promises";
import { expect, jest, test } from "@jest/globals";
import { writeExported } from "../../jobs/exported.ts";
import type { JobContext } from "../../jobs/job.ts";
import { retention } from "../../jobs/retention.ts";
import { VIEWS } from "../../src/aggregation/answers.ts";
import { explain } from "../../src/aggregation/why.ts";
import { asDatabaseError } from "../../src/database/databaseErrors.ts";
import { KEYS_NOT_KEPT } from "../../src/database/distribution/whichTables.ts";
import { readSchema } from "../../src/database/model/readModel.ts";
import { describeWithStoppedNode } from "../fixtures/citus.ts";
import { distributed } from "../fixtures/distributing.ts";
import type { IngestJson } from "../fixtures/ingestJson.ts";
import { writeSales } from "../fixtures/manySales.ts";
import { addressAt, withPages, type Pages } from "../fixtures/pages.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import { withNodeStopped } from "../fixtures/stoppedNode.ts";
import { withUndo } from "../fixtures/undo.ts";
import { withWarehouse, type Settings, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(300_000);

/** A chunk is one MiB or more: these are ten. */
const SALES = 100_000;
const CHUNKS = { CHUNK_RECORDS: "1000", WORKERS: "1" };
const STOPPED_AFTER = 2;
/** As long as a machine takes to start again. */
const AWAY_MS = 20_000;
const AWAY = { code: "database_connection_lost", message: expect.stringMatching(/node|connection/) };

type OnProgress = NonNullable<JobContext["onProgress"]>;

/**
 * Begins a load, and does `work` while the node is stopped in the middle: after two chunks of the sales.
 *
 * @param load is to tell how it gets on
 * @returns what became of the load, which goes on when the node is there again
 */
async function withStopInMiddle<T>(
  warehouse: Warehouse,
  load: (onProgress: OnProgress) => Promise<T>,
  work: (loading: Promise<T>) => Promise<unknown>,
): Promise<T> {
  let chunks = 0;
  let comeToMiddle = (): void => undefined;
  const middle = new Promise<void>((resolve) => {
    comeToMiddle = resolve;
  });
  const loading = load(({ path }) => {
    if (path === "transactions.csv" && (chunks += 1) === STOPPED_AFTER) comeToMiddle();
  });
  await Promise.race([middle, loading]);
  try {
    await withNodeStopped(warehouse, () => work(loading));
  } finally {
    await loading.catch(() => undefined);
  }
  return loading;
}

const loadWithStop = (
  warehouse: Warehouse,
  settings: Settings,
  work: (loading: Promise<IngestJson>) => Promise<unknown>,
): Promise<IngestJson> =>
  withStopInMiddle(
    warehouse,
    (onProgress) => warehouse.ingest({ settings: { ...CHUNKS, ...settings }, asOf: new Date(), onProgress }),
    work,
  );

const sales = async ({ rows }: Warehouse): Promise<unknown> =>
  (
    await rows(
      `SELECT count(*)::integer AS facts, count(DISTINCT transaction_id)::integer AS ids, array_agg(DISTINCT amount)::text AS amounts
       FROM ingestion_layer.fct_transactions`,
    )
  )[0];

describeWithStoppedNode("a warehouse of which a node is stopped", () => {
  test.each([
    { what: "new sales", isCorrection: false },
    { what: "corrections", isCorrection: true },
  ])("waits for it in the middle of a load of $what, and goes on", ({ isCorrection }) =>
    withWarehouse(async (warehouse) => {
      await writeSales(warehouse, SALES);
      if (isCorrection) {
        await warehouse.ingest();
        await writeSales(warehouse, SALES, "11.00");
      }
      const report = await loadWithStop(warehouse, { RETRY_MS: "120000" }, () => pause(AWAY_MS));

      expect(report.files.flatMap(({ error }) => error ?? [])).toEqual([]);
      expect(report).toMatchObject({ status: "succeeded", rejected: 0 });
      expect(report[isCorrection ? "corrected" : "loaded"]).toBe(isCorrection ? SALES : SALES + 2);
      const again = warehouse.log.filter(({ message }) => message.includes("Trying again"));
      expect(again.length).toBeGreaterThan(2);
      expect(new Set(again.map(({ fields }) => fields["code"]))).toEqual(new Set([AWAY.code]));
      const amounts = isCorrection ? "{11.00}" : "{10.00}";
      expect(await sales(warehouse)).toEqual({ facts: SALES, ids: SALES, amounts });
      expect(await warehouse.verify()).toEqual([]);
    }),
  );

  test("fails a load that is not to wait for so long, and the next one takes up what is left", () =>
    withWarehouse(async (warehouse) => {
      await writeSales(warehouse, SALES);
      const report = await loadWithStop(warehouse, { RETRY_MS: "2000" }, async (loading) => {
        await loading;
        // One that begins meanwhile loads nothing, and says why.
        for (let times = 0; times < 2; times += 1)
          expect(await warehouse.ingest({ settings: CHUNKS })).toMatchObject({
            status: "failed",
            loaded: 0,
            error: AWAY,
          });
      });
      expect(report).toMatchObject({ status: "failed" });
      expect([...report.files.flatMap(({ error }) => error ?? []), report.error]).toContainEqual(
        expect.objectContaining(AWAY),
      );
      const next = await warehouse.ingest({ settings: CHUNKS });
      expect(next).toMatchObject({ status: "succeeded", rejected: 0, loaded: SALES + 2 - report.loaded });
      expect(report.loaded).toBeGreaterThan(0);
      expect(await sales(warehouse)).toEqual({ facts: SALES, ids: SALES, amounts: "{10.00}" });
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("makes a full refresh wait, or fail with all as it was", () =>
    withRefresh(async (warehouse, refresh) => {
      await writeSales(warehouse, SALES);
      await warehouse.ingest();
      const before = await viewsOfCoordinator(warehouse);
      const refreshed = (retryMs: number, work: (refreshing: Promise<unknown>) => Promise<unknown>) =>
        withStopInMiddle(
          warehouse,
          (onProgress) => refresh({ settings: { ...CHUNKS, RETRY_MS: String(retryMs) }, onProgress }),
          work,
        );
      expect(await said(() => refreshed(2000, (refreshing) => refreshing.catch(() => undefined)))).toEqual(
        AWAY,
      );
      expect(await viewsOfCoordinator(warehouse)).toEqual(before);
      expect(await warehouse.verify()).toEqual([]);

      expect(await refreshed(120_000, () => pause(AWAY_MS))).toMatchObject({ status: "succeeded" });
      expect(await viewsOfCoordinator(warehouse)).toEqual(before);
      expect(await sales(warehouse)).toEqual({ facts: SALES, ids: SALES, amounts: "{10.00}" });
      expect(await warehouse.verify()).toEqual([]);
    }));

  test("is read on as far as the coordinator has it; what needs the node says so, and works again with it", () =>
    withUndo((warehouse, undo) =>
      withPages(warehouse, {}, async (pages) => {
        await writeSales(warehouse, SALES);
        await warehouse.ingest();
        const before = await viewsOfCoordinator(warehouse);
        const statuses = await statusesOf(pages);
        expect(new Set(Object.values(statuses))).toEqual(new Set([200]));

        const ofFacts: Record<string, () => Promise<unknown>> = {
          verify: () => warehouse.verify(),
          undo,
          "as it was": () => warehouse.view("top_10_stores_by_amount_as_was"),
          facts: () => warehouse.rows("SELECT count(*) FROM aggregation_layer.transactions_as_was"),
          why: () => explain(warehouse.database.pool, 7),
          retention: () => retention(warehouse.context()),
          "export of facts": () => exported(warehouse, "top_10_stores_by_amount_as_was"),
        };
        const answer = await exported(warehouse, "top_10_stores_by_amount");
        await withNodeStopped(warehouse, async () => {
          expect(await viewsOfCoordinator(warehouse)).toEqual(before);
          expect(await statusesOf(pages)).toEqual(statuses);
          expect(await exported(warehouse, "top_10_stores_by_amount")).toBe(answer);
          for (const [what, work] of Object.entries(ofFacts))
            expect([what, await said(work)]).toEqual([what, AWAY]);
        });

        expect(await statusesOf(pages)).toEqual(statuses);
        expect(await warehouse.verify()).toEqual([]);
        expect(await explain(warehouse.database.pool, 7)).toMatchObject({ versions: [{ amount: "10.00" }] });
        expect(await undo()).toMatchObject({ undone: { factsRemoved: SALES } });
        expect(await warehouse.verify()).toEqual([]);
      }),
    ));
});

describeWithStoppedNode("db:distribute", () => {
  test("that finds a node away changes nothing; one that loses it on the way leaves facts and keys here, and the next one does it", () =>
    withWarehouse(
      async (warehouse) => {
        await writeSales(warehouse, SALES);
        await warehouse.ingest();
        const before = await warehouse.views();
        await withNodeStopped(warehouse, async () => {
          await expect(distributed(warehouse)).rejects.toMatchObject({
            ...{ code: "cluster_unusable", message: expect.stringContaining("does not answer") },
          });
          expect(await warehouse.views()).toEqual(before);
        });

        const isCopying =
          "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%SELECT create_distributed_table(%' AND datname = current_database() AND pid <> pg_backend_pid()";
        const copy = { isOver: false };
        const distributing = distributed(warehouse)
          .catch((error: unknown) => error)
          .finally(() => {
            copy.isOver = true;
          });
        while (!copy.isOver && (await warehouse.rows(isCopying)).length === 0) await pause(5);
        await withNodeStopped(warehouse, async () => {
          expect(await distributing).toMatchObject(AWAY);
          expect(await warehouse.views()).toEqual(before);
          expect(await warehouse.rows(DISTRIBUTED)).toEqual([]);
        });
        expect(await warehouse.rows(KEYS)).toHaveLength(KEYS_NOT_KEPT.length);
        expect(await warehouse.verify()).toEqual([]);

        await distributed(warehouse);
        expect(await warehouse.rows(DISTRIBUTED)).toHaveLength(2);
        expect(await warehouse.views()).toEqual(before);
        expect(await warehouse.verify()).toEqual([]);
      },
      { isDistributed: false },
    ));
});

const DISTRIBUTED = "SELECT logicalrelid FROM pg_dist_partition";
/** Foreign keys of the facts and of their versions. */
const KEYS = `
  SELECT conname FROM pg_constraint
  WHERE contype = 'f' AND convalidated
    AND conrelid IN ('ingestion_layer.fct_transactions'::regclass, 'ingestion_layer.fct_transactions_history'::regclass)`;

/** A view as `export` has it. */
async function exported(warehouse: Warehouse, name: string): Promise<string> {
  const view = readSchema().tables.find((each) => each.name === name);
  if (view === undefined) throw new Error(`no view is called ${name}`);
  let text = "";
  await writeExported(
    warehouse.context(),
    { view, format: "csv", onRows: () => undefined },
    async (pieces) => {
      for await (const piece of pieces) text += piece;
    },
  );
  return text;
}

/** All that is read from rollups. */
const viewsOfCoordinator = async ({ view }: Warehouse): Promise<unknown> =>
  Promise.all(
    Object.keys(VIEWS)
      .filter((name) => !name.endsWith("_as_was"))
      .map(view),
  );

/** How each page is answered, by its path. */
async function statusesOf({ routes, get }: Pages): Promise<Readonly<Record<string, number>>> {
  const statuses: Record<string, number> = {};
  for (const { path } of routes) {
    if (/^\/(assets\/.*|readyz)$/.test(path)) continue;
    statuses[path] = (await get(addressAt(path))).status;
  }
  return statuses;
}

async function said(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = asDatabaseError(error) as { code?: unknown; message?: unknown };
    return { code, message };
  }
}
