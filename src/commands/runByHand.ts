import type { JobContext } from "../../jobs/job.ts";
import type { Purpose } from "../database/entry.ts";
import { listenForStop } from "../lib/stopSignals.ts";
import { withDatabase, type CommandContext } from "./commandContext.ts";

/**
 * Gives `work` what a job takes, with the database open for a purpose. A signal tells the job to stop, in two stages, also while
 * the database is being opened: the embedded server is given back all the same.
 *
 * @param onStop what is said of a signal
 */
export async function runByHand<T>(
  context: CommandContext,
  purpose: Purpose,
  onStop: string,
  work: (job: JobContext) => Promise<T>,
): Promise<T> {
  const stop = listenForStop((signal) => {
    context.logger.info(`${signal}: ${onStop}`);
  });
  try {
    return await withDatabase(
      context,
      purpose,
      (database) => work({ ...context, ...stop, database, trigger: "manual" }),
      { stopping: stop.stopping },
    );
  } finally {
    stop.release();
  }
}
