import { rebuildRollups, type MendedRows } from "../src/ingestion/rollups/rebuildRollups.ts";
import { failureOf, verifyWarehouse, type Verification } from "../src/quality/verifyWarehouse.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";
import { INGEST } from "./jobNames.ts";
import { withRunSession } from "./runSession.ts";

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
  return asRun(INGEST, { select: "aggregation_layer" }, context, async ({ run, lock }) => {
    await run.step(
      "rebuild rollups",
      () => rebuild(context, lock),
      (mended) => ({ ...mended }),
    );
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

function rebuild(context: JobContext, { fencingToken }: HeldRun["lock"]): Promise<MendedRows> {
  return withRunSession(
    context,
    async (session) => rebuildRollups(await session.connected(), fencingToken),
    "Stopped before the rollups were rebuilt; they are as they were.",
  );
}
