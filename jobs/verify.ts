import { inSnapshotOn } from "../src/database/snapshot.ts";
import { loadChecks } from "../src/quality/checks/loadChecks.ts";
import { failureOf, verifySnapshot } from "../src/quality/verifyWarehouse.ts";
import { judge } from "./checks.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { VERIFY } from "./jobNames.ts";
import { withReadingSession } from "./readingSession.ts";

/**
 * One run that recomputes from the facts all that is kept beside them, as of one moment, and runs all declared checks. Loads go
 * on meanwhile.
 *
 * @throws TillhouseError `config_invalid`, `run_locked` when another such run is at work, `run_stopped`
 */
export async function verify(context: JobContext): Promise<JobReport> {
  const declared = await loadChecks(context.config);
  return asRun(VERIFY, {}, context, async ({ run }) => {
    const verification = await run.step(
      "verify",
      () => withReadingSession(context, (client) => inSnapshotOn(client, () => verifySnapshot(client))),
      ({ checks, differences }) => ({ checks, differences: differences.length }),
    );
    const judged = await judge(context, run, declared);
    const counts = { differences: verification.differences.length, ...judged.counts };
    return { runId: run.runId, failure: failureOf(verification) ?? judged.failure, counts };
  });
}
