import type pg from "pg";
import { waitUntilWhole } from "../src/database/distribution/wholeCommits.ts";
import { withTransaction } from "../src/database/pool.ts";
import { onlyRow, sqlFile, type SqlFile } from "../src/database/sqlFile.ts";
import { checksKeysAsSets } from "../src/ingestion/transactions/keysAsSets.ts";
import { checkFence } from "../src/runs/fence.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { RETENTION } from "./jobNames.ts";
import { dropLeftStaging } from "./loadingRun.ts";
import { withOwnSession } from "./ownSession.ts";

const sql = (name: string) => sqlFile(new URL(`../src/runs/retention/${name}.sql`, import.meta.url));
const dropResolved = sql("dropResolved");
const dropReadingRuns = sql("dropReadingRuns");

/** What is in nobody's way, and is dropped a table at a time. */
const OLD: readonly (readonly [step: string, rows: SqlFile])[] = [
  ["drop steps of old runs", sql("dropSteps")],
  ["drop old results of checks", sql("dropCheckResults")],
  ["drop old due times", sql("dropSlots")],
  ["drop old due times that passed", sql("dropPassed")],
  // After those: of one that is there still, another would be raised.
  ["drop old alerts", sql("dropAlerts")],
];

const DAY_MS = 86_400_000;

/**
 * One run that drops what is older than RETENTION_DAYS: steps of runs and what checks found in them, runs that only read, due
 * times, alerts that are over, and quarantined records that have been resolved; and what staging a killed server has left. Facts,
 * versions, the files' ledger, the rows of runs that loaded and what is open in quarantine stay for good.
 *
 * @throws TillhouseError `run_locked`, `run_stopped`, `run_lock_lost`
 */
export function retention(context: JobContext): Promise<JobReport> {
  const { clock, config } = context;
  return asRun(RETENTION, { days: config.retentionDays }, context, async ({ run, lock }) => {
    const before = new Date(clock.now().getTime() - config.retentionDays * DAY_MS).toISOString();
    /** Each in its own transaction, so that what was dropped before a run is stopped is. */
    const drop = (name: string, work: (client: pg.ClientBase) => Promise<number>): Promise<number> =>
      run.step(
        name,
        () =>
          withOwnSession(context, async (client) => {
            await waitUntilWhole(client);
            return withTransaction(client, async () => {
              await checkFence(client, lock.fencingToken);
              return work(client);
            });
          }),
        (dropped) => ({ dropped }),
      );
    await drop("drop resolved quarantine", async (client) => {
      return onlyRow(await dropResolved.run<{ dropped: number }>(client, { before })).dropped;
    });
    for (const [name, rows] of OLD)
      await drop(name, async (client) => (await rows.run(client, { before })).rowCount ?? 0);
    await drop("drop old runs that only read", async (client) => {
      // Row by row, each would be looked for in all facts.
      if (!(await checksKeysAsSets(client))) return 0;
      return (await dropReadingRuns.run(client, { before })).rowCount ?? 0;
    });
    await run.step("drop left-over staging", () => dropLeftStaging(context));
    return { runId: run.runId, failure: undefined };
  });
}
