import type { Database } from "../server/databases.ts";
import { watchServerMemory } from "../server/serverMemory.ts";
import type { Workshop } from "../sides/side.ts";
import { ingest } from "../sides/tillhouseSide.ts";
import type { IngestRun } from "./growthResult.ts";

/**
 * One run of Tillhouse over a folder, after a checkpoint.
 *
 * @throws Error when it did not load as many transactions as there were new
 */
export async function timedIngest(
  workshop: Workshop,
  folder: string,
  database: Database,
  newTransactions: number,
): Promise<IngestRun> {
  await workshop.databases.settle();
  const memory = watchServerMemory(workshop.server.postmaster);
  try {
    const { seconds, summary, peakMemoryBytes, readBytes } = await ingest(workshop, folder, database);
    const loaded = summary.files
      .filter(({ source }) => source === "transactions")
      .reduce((sum, file) => sum + file.loaded, 0);
    if (loaded !== newTransactions) {
      throw new Error(`Of ${newTransactions} new transactions, Tillhouse loaded ${loaded}.`);
    }
    const ownSeconds = summary.duration_ms / 1000;
    return { seconds, ownSeconds, peakMemoryBytes, readBytes, serverPeakMemoryBytes: memory.stop() };
  } finally {
    memory.stop();
  }
}
