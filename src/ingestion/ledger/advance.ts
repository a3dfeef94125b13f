import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { outcomeColumns, type Outcomes } from "../../runs/outcomes.ts";
import type { SourceName } from "../../sources/contracts.ts";

const advanceRun = sqlFile(new URL("./advanceRun.sql", import.meta.url));
const raiseWatermark = sqlFile(new URL("./raiseWatermark.sql", import.meta.url));

/** What a commit of a run did. */
export interface Advance {
  readonly source: SourceName;
  readonly runId: number;
  readonly outcomes: Outcomes;
  /** What its loaded and corrected records amount to, in hundredths. */
  readonly appliedCents: bigint;
  /** Quarantined records of earlier that loaded. */
  readonly resolved: number;
  /** Bytes of the source's files that were read for it. */
  readonly bytesRead: number;
  /** Highest natural key that was loaded or corrected; null when none was. */
  readonly highestKey: number | null;
  readonly now: Date;
}

/** Adds what a commit did to the sums of its run and of its source, and raises the watermark of its source. */
export async function advance(client: ClientBase, done: Advance): Promise<void> {
  const { appliedCents, bytesRead, highestKey, now, outcomes, resolved, runId: run_id, source } = done;
  const values = { run_id, now: now.toISOString() };
  const watermark = source === "transactions" ? highestKey : null;
  const sums = { ...outcomeColumns(outcomes), applied_cents: appliedCents, resolved, bytes_read: bytesRead };
  await advanceRun.run(client, { ...values, ...sums, source, watermark });
  if (highestKey !== null) await raiseWatermark.run(client, { ...values, source, watermark: highestKey });
}
