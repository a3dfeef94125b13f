import type pg from "pg";
import { withTransaction } from "../../database/pool.ts";
import {
  FIRST_SALES_NEEDED,
  FIRST_SALES_READ,
  SUM_ROLLUP_NAMES,
  SUM_ROLLUPS,
  type SumRollupName,
} from "../../database/rollups.ts";
import { sqlFile, type SqlFile } from "../../database/sqlFile.ts";
import { checkFence } from "../../runs/fence.ts";

const holdRollups = sqlFile(new URL("./holdRollups.sql", import.meta.url));
const rebuildFirstSales = sqlFile(new URL("./rebuildFirstSales.sql", import.meta.url));
const REBUILDS: readonly { readonly name: keyof MendedRows; readonly sql: SqlFile }[] = [
  ...SUM_ROLLUP_NAMES.map((name) => ({
    name,
    sql: sqlFile(new URL("./rebuildSums.sql", import.meta.url), { ...SUM_ROLLUPS[name] }),
  })),
  { name: "firstSales", sql: rebuildFirstSales },
];

/** Rows of each rollup that did not agree with the facts. */
export type MendedRows = Readonly<Record<SumRollupName | "firstSales", number>>;

/**
 * Brings every rollup to what the facts say, in one transaction: readers see the old rows until all of the new ones are
 * there, and never none. Reads the whole fact five times.
 *
 * @throws TillhouseError `run_lock_lost` when another run has taken the warehouse since
 */
export function rebuildRollups(client: pg.Client, fencingToken: bigint): Promise<MendedRows> {
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    await holdRollups.run(client);
    const mended = { stores: 0, products: 0, devices: 0, days: 0, firstSales: 0 };
    for (const { name, sql } of REBUILDS) {
      const { rows } = await sql.run<{ mended: number }>(client, {
        read: FIRST_SALES_READ,
        needed: FIRST_SALES_NEEDED,
      });
      mended[name] = rows[0]?.mended ?? 0;
    }
    return mended;
  });
}
