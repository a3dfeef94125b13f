import { describe, expect, jest, test } from "@jest/globals";
import { runFor } from "../../jobs/scheduledJobs.ts";
import { scheduledIngest } from "../../jobs/scheduledIngest.ts";
import { freshness } from "../../jobs/freshness.ts";
import { verify } from "../../jobs/verify.ts";
import { takeRunLock, takeWarehouseLock } from "../../src/runs/runLock.ts";
import { startRun } from "../../src/runs/runLog.ts";
import { facts, writePlaces } from "../fixtures/loadedFacts.ts";
import { HOLD_UP_CHUNKS, untilWaiting, withOther } from "../fixtures/otherConnection.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(60_000);

const NO_READERS = "LOCK TABLE ingestion_layer.fct_transactions IN ACCESS EXCLUSIVE MODE";

async function openShop(warehouse: Warehouse): Promise<void> {
  await writePlaces(warehouse);
  await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
  await warehouse.ingest();
}

const runs = ({ rows }: Warehouse) =>
  rows<{ job: string; status: string; error: string | null }>(
    "SELECT job, status::text, error_code AS error FROM operations.runs ORDER BY run_id",
  );

test(
  "whether sources are fresh is asked by a run of its own, which fails by one that has been silent for too long",
  inWarehouse(async (warehouse) => {
    await openShop(warehouse);
    const results = () =>
      warehouse.rows<{ name: string; status: string }>(
        "SELECT name, status::text FROM operations.check_results WHERE run_id = (SELECT max(run_id) FROM operations.runs)",
      );
    const after = async (hours: number): Promise<unknown> =>
      (await freshness(warehouse.context({}, { clock: movedClock(hours * 3_600_000) }))).failure;

    expect(await after(35)).toBeUndefined();
    expect(await results()).toEqual([{ name: "transactions.freshness", status: "passed" }]);
    expect(await after(37)).toBeUndefined();
    expect(await results()).toEqual([{ name: "transactions.freshness", status: "warned" }]);
    expect(await after(73)).toMatchObject({ code: "check_failed" });
    expect(await results()).toEqual([{ name: "transactions.freshness", status: "failed" }]);
  }),
);

describe("a verification as a run of its own", () => {
  test(
    "finds what is wrong, and fails by it",
    inWarehouse(
      async (warehouse) => {
        await openShop(warehouse);
        expect(await verify(warehouse.context())).toMatchObject({ runId: 2, failure: undefined });
        await warehouse.rows(
          "UPDATE aggregation_layer.rollup_stores SET accepted_transactions = accepted_transactions + 1",
        );

        const { failure } = await verify(warehouse.context());

        expect(failure).toMatchObject({ code: "verification_failed" });
        // The declared ones are judged all the same.
        expect(
          await warehouse.rows(
            "SELECT name FROM operations.check_results WHERE run_id = 3 AND status = 'failed' ORDER BY name",
          ),
        ).toEqual([{ name: "sums.facts_to_rollups" }]);
        expect(await runs(warehouse)).toEqual([
          { job: "ingest", status: "succeeded", error: null },
          { job: "verify", status: "succeeded", error: null },
          { job: "verify", status: "failed", error: "verification_failed" },
        ]);
      },
      { tampered: true },
    ),
  );

  test(
    "goes on while a load does, and a load while it does",
    inWarehouse(async (warehouse) => {
      await openShop(warehouse);
      const { database, context, ingest, files } = warehouse;
      const load = await takeWarehouseLock(database.entry, new Date());
      expect(await verify(context())).toMatchObject({ failure: undefined });
      await load?.release();

      const lock = await takeRunLock(database.entry, "verify", new Date());
      const verification = await startRun({
        ...{ ...context(), job: "verify", parameters: {} },
        lockName: "verify",
      });
      await files.write("transactions-2.csv", transactionsFile({ id: 3 }));
      expect(await ingest()).toMatchObject({ status: "succeeded", loaded: 1 });
      await verification.finish("succeeded");
      await lock?.release();
    }),
  );

  test(
    "is one at a time, and marks one that was killed",
    inWarehouse(async (warehouse) => {
      const { database, context } = warehouse;
      const lock = await takeRunLock(database.entry, "verify", new Date());
      await startRun({ ...context(), job: "verify", parameters: {}, lockName: "verify" });
      await expect(verify(context())).rejects.toMatchObject({ code: "run_locked" });
      await lock?.release();

      expect(await verify(context())).toMatchObject({ failure: undefined });

      expect(await runs(warehouse)).toEqual([
        { job: "verify", status: "killed", error: "run_killed" },
        { job: "verify", status: "succeeded", error: null },
      ]);
    }),
  );

  test(
    "ends as soon as it is told to stop, in the middle of a statement",
    inWarehouse(async (warehouse) => {
      await openShop(warehouse);
      const stopping = new AbortController();
      await withOther(warehouse, async (other) => {
        await other.run(NO_READERS);
        const run = verify(warehouse.context({}, { stopping: stopping.signal }));
        await Promise.all([
          expect(run).rejects.toMatchObject({ code: "run_stopped" }),
          untilWaiting(warehouse, "tillhouse job").then(() => {
            stopping.abort();
          }),
        ]);
      });
      expect((await runs(warehouse))[1]).toEqual({ job: "verify", status: "stopped", error: "run_stopped" });
    }),
  );
});

test(
  "a run that takes longer than its time limit is stopped, and fails by that, whatever it waits for",
  inWarehouse(async (warehouse) => {
    await openShop(warehouse);
    await withOther(warehouse, async (other) => {
      await other.run(NO_READERS);
      const end = await runFor(warehouse.context(), {
        ...{ name: "verify", timeLimitMin: () => 0.01 },
        run: verify,
      });
      expect(end).toBe("failed");
    });
    expect((await runs(warehouse))[1]).toEqual({ job: "verify", status: "failed", error: "run_timed_out" });
    expect(warehouse.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/not done within 0\.01 minutes \(VERIFY_TIME_LIMIT_MIN\)/),
    );
  }),
);

test(
  "a load that takes longer than its time limit ends with the chunk in hand, and the next one goes on from there",
  inWarehouse(async (warehouse) => {
    await writePlaces(warehouse);
    await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }, { id: 3 }));
    await withOther(warehouse, async (other) => {
      await other.run(HOLD_UP_CHUNKS);
      const end = await runFor(warehouse.context(), {
        ...{ name: "ingest", timeLimitMin: () => 0.005 },
        run: (context) => {
          context.stopping.addEventListener("abort", () => void other.run("ROLLBACK"));
          return scheduledIngest(context);
        },
      });
      expect(end).toBe("failed");
    });
    expect(await runs(warehouse)).toEqual([{ job: "ingest", status: "failed", error: "run_timed_out" }]);
    // At most the chunk that was in hand, of the first file.
    const stores = await warehouse.rows("SELECT store_id FROM ingestion_layer.dim_stores");
    expect(await facts(warehouse)).toEqual([]);

    expect(await warehouse.ingest()).toMatchObject({ status: "succeeded", loaded: 6 - stores.length });
  }),
);
