import type { ClientBase } from "pg";
import { sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";

const checkFenceSql = sqlFile(new URL("./checkFence.sql", import.meta.url));

/** @throws TillhouseError `run_lock_lost` when another run has taken the warehouse since; else none can until the commit */
export async function checkFence(client: ClientBase, fencingToken: bigint): Promise<void> {
  const { rowCount } = await checkFenceSql.run(client, { fencing_token: fencingToken });
  if (rowCount === 1) return;
  throw new TillhouseError(
    "run_lock_lost",
    "Another run has taken over the warehouse, so this one stops. What it had committed stands; the other goes on from there.",
  );
}
