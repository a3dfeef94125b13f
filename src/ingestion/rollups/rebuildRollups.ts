import type pg from "pg";
import { withTransaction } from "../../database/pool.ts";
import { sqlFile } from "../../database/sqlFile.ts";
import { checkFence } from "../commitChunk.ts";
import { FIRST_SALES_NEEDED, FIRST_SALES_READ } from "./firstSales.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const holdRollups = sql("holdRollups");
const REBUILDS = {
  stores: sql("rebuildStores"),
  products: sql("rebuildProducts"),
  devices: sql("rebuildDevices"),
  days: sql("rebuildDays"),
  firstSales: sql("rebuildFirstSales"),
} as const;

/** Rows of each rollup that did not agree with the facts. */
export type MendedRows = Readonly<Record<keyof typeof REBUILDS, number>>;

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
    const mended: Record<keyof typeof REBUILDS, number> = {
      stores: 0,
      products: 0,
      devices: 0,
      days: 0,
      firstSales: 0,
    };
    for (const name of Object.keys(REBUILDS) as (keyof typeof REBUILDS)[]) {
      const { rows } = await REBUILDS[name].run<{ mended: number }>(client, {
        read: FIRST_SALES_READ,
        needed: FIRST_SALES_NEEDED,
      });
      mended[name] = rows[0]?.mended ?? 0;
    }
    return mended;
  });
}
