import { ingest } from "./ingest.ts";
import { statusOfReport } from "./ingestReport.ts";
import type { JobContext } from "./job.ts";

/** Loads what is new, and logs in one line what that came to. Throws what `ingest` throws. */
export async function scheduledIngest(context: JobContext): Promise<"succeeded" | "failed"> {
  const report = await ingest(context, { files: [] });
  const read = report.files.filter((file) => file.status !== "unchanged");
  context.logger.info("run ended", {
    run: report.runId,
    status: statusOfReport(report),
    files: read.length,
    loaded: read.reduce((sum, file) => sum + file.outcomes.loaded, 0),
    rejected: read.reduce((sum, file) => sum + file.outcomes.rejected, 0),
    resolved: report.resolved,
    duration_ms: Math.round(report.durationMs),
  });
  return report.failure === undefined ? "succeeded" : "failed";
}
