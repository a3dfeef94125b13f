import type pg from "pg";
import { areFactsDistributed } from "../src/database/distribution/areFactsDistributed.ts";
import { isDistributed, notePoolDistributed } from "../src/database/distribution/distributedSessions.ts";
import { hasCitus } from "../src/database/distribution/hasCitus.ts";
import { TillhouseError } from "../src/lib/errors.ts";

/** SQLSTATE of a statement that the planner of Citus takes in another form only. */
const NOT_SUPPORTED = "0A000";

/**
 * Notes of a pool that was opened before the facts were distributed, as a daemon's is, that they are. Asked before each attempt of a
 * run: those that load hold the lock by then that whoever distributes has.
 */
export async function noteIfDistributedSince(pool: pg.Pool): Promise<void> {
  if (!isDistributed(pool) && (await areDistributedNow(pool))) notePoolDistributed(pool);
}

const areDistributedNow = async (pool: pg.Pool): Promise<boolean> =>
  (await hasCitus(pool)) && (await areFactsDistributed(pool));

/**
 * What a run is to be told that failed: as it is; or, where the facts were distributed under its sessions, that sessions which are
 * opened anew can do it. Only once for a pool: one that knows of it has failed for something else.
 */
export async function unlessDistributedSince(failure: unknown, pool: pg.Pool): Promise<unknown> {
  if ((failure as { code?: unknown } | undefined)?.code !== NOT_SUPPORTED || isDistributed(pool))
    return failure;
  // A database that cannot be asked leaves the failure in hand to be told.
  if (!(await areDistributedNow(pool).catch(() => false))) return failure;
  notePoolDistributed(pool);
  const message = "The facts were distributed while they were being loaded. What was committed stands.";
  return new TillhouseError("database_busy", message, {}, failure);
}
