import { inSnapshotOn } from "../src/database/snapshot.ts";
import { failureOf, verifySnapshot } from "../src/quality/verifyWarehouse.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { VERIFY } from "./jobNames.ts";
import { withReadingSession } from "./readingSession.ts";

/**
 * One run that recomputes from the facts all that is kept beside them, as of one moment. Loads go on meanwhile.
 *
 * @throws TillhouseError `run_locked` when another such run is at work, `run_stopped`
 */
export function verify(context: JobContext): Promise<JobReport> {
  return asRun(VERIFY, {}, context, async ({ run }) => {
    const verification = await run.step(
      "verify",
      () => withReadingSession(context, (client) => inSnapshotOn(client, () => verifySnapshot(client))),
      ({ checks, differences }) => ({ checks, differences: differences.length }),
    );
    return { runId: run.runId, failure: failureOf(verification) };
  });
}
