import type { Database } from "../server/databases.ts";
import { watchServerMemory } from "../server/serverMemory.ts";
import type { Workshop } from "../sides/side.ts";
import { ingest } from "../sides/tillhouseSide.ts";
import type { IngestRun } from "./growthResult.ts";

/**
 * One run of Tillhouse over a folder, after a checkpoint.
 *
 * @throws Error when it did not load or correct as many transactions as it was to
 */
export async function timedIngest(
  workshop: Workshop,
  folder: string,
  database: Database,
  expected: { readonly loaded: number; readonly corrected: number },
): Promise<IngestRun> {
  await workshop.databases.settle();
  const memory = watchServerMemory(workshop.server.postmaster);
  try {
    const { seconds, summary, peakMemoryBytes, readBytes } = await ingest(workshop, folder, database);
    const files = summary.files.filter(({ source }) => source === "transactions");
    for (const outcome of ["loaded", "corrected"] as const) {
      const records = files.reduce((sum, file) => sum + file[outcome], 0);
      if (records !== expected[outcome])
        throw new Error(`${records} transactions were ${outcome}, not ${expected[outcome]}.`);
    }
    const ownSeconds = summary.duration_ms / 1000;
    return { seconds, ownSeconds, peakMemoryBytes, readBytes, serverPeakMemoryBytes: memory.stop() };
  } finally {
    memory.stop();
  }
}
