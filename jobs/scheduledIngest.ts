import { ingest } from "./ingest.ts";
import type { JobContext, JobReport } from "./job.ts";

/** Loads what is new. Throws what `ingest` throws. */
export async function scheduledIngest(context: JobContext): Promise<JobReport> {
  const { runId, failure, files, resolved } = await ingest(context, { files: [] });
  const read = files.filter((file) => file.status !== "unchanged");
  const counts = {
    files: read.length,
    loaded: read.reduce((sum, file) => sum + file.outcomes.loaded, 0),
    rejected: read.reduce((sum, file) => sum + file.outcomes.rejected, 0),
    resolved,
  };
  return { runId, failure, counts };
}
