import { findCluster, type Cluster } from "../src/database/distribution/cluster.ts";
import {
  planTables,
  remainingSteps,
  requireDistributable,
  type TablePlan,
} from "../src/database/distribution/distribution.ts";
import { requireRolesLetIn } from "../src/database/distribution/letIn.ts";
import { waitUntilWhole } from "../src/database/distribution/wholeCommits.ts";
import { setUpRoles, type RolesSetUp } from "../src/database/roles/setUpRoles.ts";
import { checkFence } from "../src/runs/fence.ts";
import { DISTRIBUTING } from "../src/runs/runLock.ts";
import { asRun, type JobContext } from "./job.ts";
import { leaveInOrder } from "./leftOfDistributing.ts";
import { withOwnSession } from "./ownSession.ts";
import { refreshStatistics } from "./refreshStatistics.ts";

/** What distributing the warehouse came to, or would come to. */
export interface DistributeReport {
  /** Null of a rehearsal, which is no run. */
  readonly runId: number | null;
  readonly cluster: Cluster;
  readonly tables: readonly TablePlan[];
  /** What was done, in order. */
  readonly steps: readonly { readonly table: string; readonly step: string; readonly durationMs: number }[];
  /** Null of a rehearsal. */
  readonly roles: RolesSetUp | null;
}

/**
 * What would become of each table; nothing is changed.
 *
 * @param shards how many pieces a distributed table is to have; undefined: as citus.shard_count says
 * @throws TillhouseError `cluster_unusable`, `usage_invalid` where it is distributed already in another number of pieces
 */
export async function planDistribution(
  { database }: Pick<JobContext, "database">,
  shards: number | undefined,
): Promise<DistributeReport> {
  const cluster = await findCluster(database.pool);
  await requireDistributable(database.pool, shards);
  const tables = await planTables(database.pool);
  return { runId: null, cluster, tables, steps: [], roles: null };
}

/** More than any table has: statistics of all are made anew. */
const ALL_ROWS = Number.MAX_SAFE_INTEGER;

/**
 * One run that spreads the facts over the nodes of a Citus cluster whose coordinator the database is. No load can be at work
 * meanwhile; readers are not kept waiting. Stopped or killed at any point, what is done is done, all answers are right, and
 * another one does the rest. Facts that have not got to the nodes get their foreign keys back (of one that was stopped, for what is
 * written from then on): those cannot be dropped in the transaction that distributes, since that would lock readers out of the
 * dimensions for as long as it copies. The database is to be opened as its owner.
 *
 * @param shards how many pieces a distributed table has; undefined: as citus.shard_count says
 * @throws TillhouseError `cluster_unusable`, `run_locked`, `run_stopped`; `usage_invalid` where it is distributed already in another
 *   number of pieces
 */
export async function distribute(context: JobContext, shards: number | undefined): Promise<DistributeReport> {
  const { clock, database } = context;
  const steps: { table: string; step: string; durationMs: number }[] = [];
  let hasChanged = false;
  const distributing = asRun("distribute", {}, context, async ({ run, lock, progressed }) => {
    const cluster = await run.step(
      "find cluster",
      () => findCluster(database.pool),
      ({ nodes }) => ({ nodes: nodes.length }),
    );
    await run.step("look for what is in the way", () => requireDistributable(database.pool, shards));
    hasChanged = true;
    let roles = await run.step("mend roles", () => setUpRoles(database.url, { isToBeDistributed: true }));
    await run.step("look whether nodes let roles in", () => requireRolesLetIn(database.pool));
    const remaining = await remainingSteps(database.pool, shards);
    for (const { table, name, do: work } of remaining) {
      const started = clock.monotonicMs();
      await run.step(`${table}: ${name}`, () =>
        withOwnSession(
          context,
          async (client) => {
            await waitUntilWhole(client);
            await work(client, (session) => checkFence(session, lock.fencingToken));
          },
          DISTRIBUTING,
        ),
      );
      steps.push({ table, step: name, durationMs: clock.monotonicMs() - started });
      progressed();
    }
    if (remaining.length > 0) {
      // A db:migrate meanwhile has found the facts on one machine, and what a cluster needs to be too much.
      const left = await run.step("mend roles again", () => setUpRoles(database.url));
      roles = { ...left, changed: roles.changed || left.changed };
      await run.step("refresh statistics", () => refreshStatistics(database.pool, ALL_ROWS));
    }
    const tables = await planTables(database.pool);
    return { runId: run.runId, cluster, tables, steps, roles, failure: undefined };
  });
  return distributing.catch(async (error: unknown) => {
    if (hasChanged) await leaveInOrder(context);
    throw error;
  });
}
