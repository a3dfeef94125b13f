import { ROLLUP_NAMES, type RollupName } from "../src/database/rollups.ts";
import type { LoaderSession } from "../src/ingestion/loaderSession.ts";
import { rebuildRollups, type MendedRows } from "../src/ingestion/rollups/rebuildRollups.ts";
import { failureOf, verifyWarehouse, type Verification } from "../src/quality/verifyWarehouse.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { INGEST } from "./jobNames.ts";
import { withRunSession } from "./runSession.ts";
import type { Selection } from "./selection.ts";

/**
 * One run of the aggregation layer alone: reads no file, brings the rollups to what the facts say, and recomputes
 * from the facts all that is kept beside them.
 *
 * @throws TillhouseError `run_locked`, `run_stopped`, `run_lock_lost`
 */
export async function aggregate(
  context: JobContext,
): Promise<IngestReport & { readonly verification: Verification }> {
  const { clock, database } = context;
  const started = clock.monotonicMs();
  return asRun(INGEST, { select: "aggregation_layer" }, context, async (held) => {
    const { run } = held;
    await rebuildAlone(context, held);
    const verification = await run.step(
      "verify",
      () => verifyWarehouse(database.pool),
      ({ checks, differences }) => ({ checks, differences: differences.length }),
    );
    const failure = failureOf(verification);
    const report = await reportOf(run.runId, { files: [], refused: [], failure }, context, started);
    return { ...report, verification };
  });
}

/**
 * One run that reads no file, and brings the rollups of a selection to what the facts say.
 *
 * @throws TillhouseError `run_locked`, `run_stopped`, `run_lock_lost`
 */
export async function rebuildSelected(context: JobContext, selection: Selection): Promise<IngestReport> {
  const started = context.clock.monotonicMs();
  return asRun(INGEST, { select: selection.selectors }, context, async (held) => {
    const rebuilt = await rebuildAlone(context, held, selection.rollups);
    const done = { files: [], refused: [], failure: undefined };
    return { ...(await reportOf(held.run.runId, done, context, started)), selection, rebuilt };
  });
}

/** The step of a run that brings rollups to what the facts say, on a connection that `withSession` gives. */
export async function rebuildInRun(
  { run, lock }: HeldRun,
  names: readonly RollupName[],
  withSession: (work: (session: LoaderSession) => Promise<MendedRows>) => Promise<MendedRows>,
): Promise<MendedRows> {
  if (names.length === 0) return {};
  return run.step(
    "rebuild rollups",
    () => withSession(async (session) => rebuildRollups(await session.connected(), lock.fencingToken, names)),
    (mended) => ({ ...mended }),
  );
}

/** The same on a connection of its own. */
function rebuildAlone(
  context: JobContext,
  held: HeldRun,
  names: readonly RollupName[] = ROLLUP_NAMES,
): Promise<MendedRows> {
  return rebuildInRun(held, names, (work) =>
    withRunSession(context, work, "Stopped before the rollups were rebuilt; they are as they were."),
  );
}
