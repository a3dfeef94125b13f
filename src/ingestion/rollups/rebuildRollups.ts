import type pg from "pg";
import { withTransaction } from "../../database/pool.ts";
import {
  FIRST_SALES_NEEDED,
  FIRST_SALES_READ,
  SUM_ROLLUPS,
  type RollupName,
  type SumRollupName,
} from "../../database/rollups.ts";
import { onlyRow, sqlFile, type SqlFile } from "../../database/sqlFile.ts";
import { checkFence } from "../../runs/fence.ts";

const holdRollups = sqlFile(new URL("./holdRollups.sql", import.meta.url));
const REBUILDS: Readonly<Record<RollupName, SqlFile>> = {
  stores: rebuildSums("stores"),
  devices: rebuildSums("devices"),
  products: rebuildSums("products"),
  days: rebuildSums("days"),
  firstSales: sqlFile(new URL("./rebuildFirstSales.sql", import.meta.url)),
};

function rebuildSums(name: SumRollupName): SqlFile {
  return sqlFile(new URL("./rebuildSums.sql", import.meta.url), { ...SUM_ROLLUPS[name] });
}

/** Rows of each rollup that did not agree with the facts, of those that were rebuilt. */
export type MendedRows = Readonly<Partial<Record<RollupName, number>>>;

/**
 * Brings rollups to what the facts say, in one transaction: readers see the old rows until all of the new ones are
 * there, and never none. Reads the whole fact once for each.
 *
 * @throws TillhouseError `run_lock_lost` when another run has taken the warehouse since
 */
export function rebuildRollups(
  client: pg.Client,
  fencingToken: bigint,
  names: readonly RollupName[],
): Promise<MendedRows> {
  return withTransaction(client, async () => {
    await checkFence(client, fencingToken);
    await holdRollups.run(client);
    const mended: Partial<Record<RollupName, number>> = {};
    for (const name of names) {
      const rows = await REBUILDS[name].run<{ mended: number }>(client, {
        read: FIRST_SALES_READ,
        needed: FIRST_SALES_NEEDED,
      });
      mended[name] = onlyRow(rows).mended;
    }
    return mended;
  });
}
