import { inSnapshotOfFacts } from "../src/database/snapshot.ts";
import { loadChecks } from "../src/quality/checks/loadChecks.ts";
import { failureOf, verifySnapshot } from "../src/quality/verifyWarehouse.ts";
import { judge } from "./checks.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { VERIFY } from "./jobNames.ts";
import { withOwnSession } from "./ownSession.ts";

/**
 * One run that recomputes from the facts all that is kept beside them, as of one moment, and runs the declared checks but those
 * of records, which loads make. Loads go on meanwhile.
 *
 * @throws TillhouseError `config_invalid`, `run_locked` when another such run is at work, `run_stopped`
 */
export async function verify(context: JobContext): Promise<JobReport> {
  return asRun(VERIFY, {}, context, async ({ run }) => {
    // What loads have found of records is told by them.
    const declared = (await loadChecks(context.config)).filter(({ on }) => on !== "records");
    const verification = await run.step(
      "verify",
      () => withOwnSession(context, (client) => inSnapshotOfFacts(client, () => verifySnapshot(client))),
      ({ checks, differences }) => ({ checks, differences: differences.length }),
    );
    const judged = await judge(context, run, declared);
    const counts = { differences: verification.differences.length, ...judged.counts };
    return { runId: run.runId, failure: failureOf(verification) ?? judged.failure, counts };
  });
}
