import { loadChecks } from "../src/quality/checks/loadChecks.ts";
import { judge } from "./checks.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { FRESHNESS } from "./jobNames.ts";

/**
 * One run of the declared checks of how long ago each source brought something. It fails by one that has been silent for longer
 * than its `error_after`.
 *
 * @throws TillhouseError `config_invalid`, `run_locked` when another such run is at work, `run_stopped`
 */
export async function freshness(context: JobContext): Promise<JobReport> {
  return asRun(FRESHNESS, {}, context, async ({ run }) => {
    const declared = await loadChecks(context.config);
    const asked = declared.filter(({ rule }) => rule.kind === "freshness");
    const { failure, counts } = await judge(context, run, asked);
    return { runId: run.runId, failure, ...(counts !== undefined && { counts }) };
  });
}
