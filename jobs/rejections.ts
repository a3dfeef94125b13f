import type pg from "pg";
import { sqlFile } from "../src/database/sqlFile.ts";

const rejectionsOfRun = sqlFile(new URL("./rejectionsOfRun.sql", import.meta.url));

/** Records of one file that a run put into quarantine, for one reason. */
export interface Rejections {
  readonly path: string;
  readonly reason: string;
  /** Null where no column is to blame. */
  readonly column: string | null;
  readonly records: number;
  /** Physical line, from 1. */
  readonly first_line: number;
}

/** What a run put into quarantine, by file; the most frequent reason first. */
export async function rejectionsOf(pool: pg.Pool, runId: number): Promise<readonly Rejections[]> {
  const { rows } = await rejectionsOfRun.run<Omit<Rejections, "first_line"> & { first_line: string }>(pool, {
    run_id: runId,
  });
  return rows.map((row) => ({ ...row, first_line: Number(row.first_line) }));
}
