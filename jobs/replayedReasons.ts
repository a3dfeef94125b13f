import type pg from "pg";
import { sqlFile } from "../src/database/sqlFile.ts";

const openByReasonSql = sqlFile(new URL("./openByReason.sql", import.meta.url));
const resolvedByReason = sqlFile(new URL("./resolvedByReason.sql", import.meta.url));

/** How many records are open, by reason. */
export type OpenByReason = ReadonlyMap<string, number>;

/** What became of the records that were open for one reason. */
export interface ReplayedReason {
  readonly reason: string;
  readonly before: number;
  readonly loaded: number;
  readonly corrected: number;
  /** Those that turned out to be at fault for it among them; what is in none of these three needs nobody any more. */
  readonly after: number;
}

/** How many records are open now. */
export async function openByReason(pool: pg.Pool): Promise<OpenByReason> {
  const { rows } = await openByReasonSql.run<{ reason: string; records: number }>(pool);
  return new Map(rows.map(({ reason, records }) => [reason, records]));
}

/** What a run made of what was open before it, by reason. */
export async function reasonsOf(
  pool: pg.Pool,
  runId: number,
  before: OpenByReason,
): Promise<readonly ReplayedReason[]> {
  const after = await openByReason(pool);
  const { rows } = await resolvedByReason.run<{ reason: string; loaded: number; corrected: number }>(pool, {
    run_id: runId,
  });
  const resolved = new Map(rows.map((row) => [row.reason, row]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((reason) => ({
    reason,
    before: before.get(reason) ?? 0,
    loaded: resolved.get(reason)?.loaded ?? 0,
    corrected: resolved.get(reason)?.corrected ?? 0,
    after: after.get(reason) ?? 0,
  }));
}
