import { loaderSession } from "../src/ingestion/loaderSession.ts";
import { rebuildRollups, type MendedRows } from "../src/ingestion/rollups/rebuildRollups.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import { verifyWarehouse, type Verification } from "../src/quality/verifyWarehouse.ts";
import { reportOf, type IngestReport } from "./ingestReport.ts";
import { asRun, type HeldRun, type JobContext } from "./job.ts";

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
  return asRun("ingest", { select: "aggregation_layer" }, context, async ({ run, lock }) => {
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

async function rebuild(
  { breakingOff, database }: JobContext,
  { fencingToken }: HeldRun["lock"],
): Promise<MendedRows> {
  const session = loaderSession(database.entry);
  const breakOff = (): void => {
    session.abandon();
  };
  breakingOff.addEventListener("abort", breakOff);
  try {
    return await rebuildRollups(await session.connected(), fencingToken);
  } catch (error) {
    if (!breakingOff.aborted) throw error;
    throw new TillhouseError(
      "run_stopped",
      "Stopped before the rollups were rebuilt; they are as they were.",
    );
  } finally {
    breakingOff.removeEventListener("abort", breakOff);
    await session.close();
  }
}

function failureOf({ differences }: Verification): TillhouseError | undefined {
  if (differences.length === 0) return undefined;
  return new TillhouseError(
    "verification_failed",
    `${differences.length} values that are kept do not agree with the facts. See them: npm run verify`,
    { differences: differences.length },
  );
}
