import { describe, expect, jest, test } from "@jest/globals";
import { retention } from "../../jobs/retention.ts";
import { verify } from "../../jobs/verify.ts";
import { account } from "../../src/scheduling/jobSchedules.ts";
import { checkKeysByRow } from "../fixtures/keysByRow.ts";
import { quarantine, writePlaces } from "../fixtures/loadedFacts.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { untilWaiting, withOther } from "../fixtures/otherConnection.ts";
import { withRefresh } from "../fixtures/refresh.ts";
import { transactionsFile } from "../fixtures/sourceText.ts";
import { withUndo } from "../fixtures/undo.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(60_000);

const DAY_MS = 86_400_000;
const later = (days: number) => movedClock(days * DAY_MS);

/** Two sales that waited for their device and were resolved by it, and one that is open. */
async function resolveTwo(warehouse: Warehouse): Promise<void> {
  const { files, ingest } = warehouse;
  await files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }, { id: 3, device_id: 9 }));
  await ingest();
  await writePlaces(warehouse);
  await ingest();
}

const dropOld = (warehouse: Warehouse, days = 91) => retention(warehouse.context({}, { clock: later(days) }));

async function stepsOf({ rows }: Warehouse, runId: number): Promise<Record<string, unknown>> {
  const steps = await rows<{ name: string; counts: { dropped?: number } }>(
    "SELECT name, counts FROM operations.run_steps WHERE run_id = $1 ORDER BY step_number",
    [runId],
  );
  return Object.fromEntries(steps.map(({ name, counts }) => [name, counts.dropped]));
}

describe("retention", () => {
  test(
    "keeps all of it for so many days",
    inWarehouse(async (warehouse) => {
      await resolveTwo(warehouse);

      const { runId } = await dropOld(warehouse, 89);

      expect(await quarantine(warehouse)).toHaveLength(3);
      expect(await stepsOf(warehouse, runId)).toEqual({
        "drop resolved quarantine": 0,
        "drop steps of old runs": 0,
        "drop old results of checks": 0,
        "drop old due times": 0,
        "drop old due times that passed": 0,
        "drop old alerts": 0,
        "drop old runs that only read": 0,
        "drop left-over staging": undefined,
      });
    }),
  );

  test(
    "drops quarantined records that were resolved, and leaves what is open; what is kept goes on agreeing with the facts",
    inWarehouse(async (warehouse) => {
      await resolveTwo(warehouse);

      const { runId } = await dropOld(warehouse);

      expect((await stepsOf(warehouse, runId))["drop resolved quarantine"]).toBe(2);
      expect(await quarantine(warehouse)).toMatchObject([{ key: 3, state: "waiting" }]);
      expect(await warehouse.verify()).toEqual([]);
      // More of the same file, later.
      await warehouse.files.write("devices-2.csv", "id,type,store_id\n9,1,1\n");
      expect(await warehouse.ingest()).toMatchObject({ resolved: 1 });
      expect((await stepsOf(warehouse, (await dropOld(warehouse)).runId))["drop resolved quarantine"]).toBe(
        1,
      );
      expect(await quarantine(warehouse)).toEqual([]);
    }),
  );

  test(
    "drops steps and reading runs of before, and keeps the runs that loaded",
    inWarehouse(async (warehouse) => {
      await resolveTwo(warehouse);
      await verify(warehouse.context());

      const { runId } = await dropOld(warehouse);

      expect(await warehouse.rows("SELECT run_id, job FROM operations.runs ORDER BY run_id")).toEqual([
        { run_id: 1, job: "ingest" },
        { run_id: 2, job: "ingest" },
        { run_id: runId, job: "retention" },
      ]);
      expect(await warehouse.rows("SELECT DISTINCT run_id FROM operations.run_steps")).toEqual([
        { run_id: runId },
      ]);
      expect(await warehouse.rows("SELECT FROM operations.check_results")).toEqual([]);
    }),
  );

  test(
    "leaves reading runs where this user may not have keys checked as sets: each would be looked for in all facts",
    inWarehouse(async (warehouse) => {
      await verify(warehouse.context());
      await checkKeysByRow(warehouse);

      await dropOld(warehouse);

      expect(await warehouse.rows("SELECT job FROM operations.runs ORDER BY run_id")).toEqual([
        { job: "verify" },
        { job: "retention" },
      ]);
    }),
  );

  test(
    "drops due times that are settled, and leaves those that are open",
    inWarehouse(async (warehouse) => {
      const { pool } = warehouse.database;
      const job = { name: "ingest", cron: "0 * * * *", timezone: "UTC" };
      const accounting = { catchUp: "all", mayEdit: true, isClockSure: true } as const;
      const now = new Date();
      await account(pool, job, now, accounting);
      await account(pool, job, new Date(now.getTime() + 3 * 3_600_000), accounting);
      await warehouse.rows(
        "UPDATE operations.job_slots SET state = 'done', decided_at = due_at WHERE due_at < (SELECT max(due_at) FROM operations.job_slots)",
      );

      const { runId } = await dropOld(warehouse);

      expect((await stepsOf(warehouse, runId))["drop old due times"]).toBe(2);
      expect(await warehouse.rows("SELECT state::text FROM operations.job_slots")).toEqual([
        { state: "due" },
      ]);
    }),
  );
});

test(
  "a retention that is told to stop ends in the middle of a statement, and leaves what it had in hand as it was",
  inWarehouse(async (warehouse) => {
    await resolveTwo(warehouse);
    const stopping = new AbortController();
    await withOther(warehouse, async (other) => {
      await other.run("LOCK TABLE operations.job_slots_passed IN ACCESS EXCLUSIVE MODE");
      const run = retention(warehouse.context({}, { clock: later(91), stopping: stopping.signal }));
      await Promise.all([
        expect(run).rejects.toMatchObject({ code: "run_stopped" }),
        untilWaiting(warehouse, "tillhouse job").then(() => {
          stopping.abort();
        }),
      ]);
    });
    expect(await quarantine(warehouse)).toHaveLength(1);
    expect(await warehouse.verify()).toEqual([]);
  }),
);

test("a run whose quarantined records were resolved and dropped is not taken back, and says why", () =>
  withUndo(async (warehouse, undo) => {
    await resolveTwo(warehouse);
    await dropOld(warehouse);

    await expect(undo()).rejects.toMatchObject({
      code: "undo_not_possible",
      message: expect.stringMatching(/^Run 2 cannot be taken back: .*RETENTION_DAYS/),
    });

    await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 4 }));
    await warehouse.ingest();
    expect(await undo()).toMatchObject({ undone: { factsRemoved: 1 } });
    expect(await warehouse.verify()).toEqual([]);
  }));

test("a full refresh after records were dropped is the same as ever", () =>
  withRefresh(async (warehouse, refresh) => {
    await resolveTwo(warehouse);
    const answers = await warehouse.answers();
    await dropOld(warehouse);

    expect(await refresh()).toMatchObject({ status: "succeeded" });

    expect(await warehouse.answers()).toEqual(answers);
    expect(await warehouse.verify()).toEqual([]);
    expect(await quarantine(warehouse)).toHaveLength(3);
  }));
