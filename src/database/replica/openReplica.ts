import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { orLate } from "../../lib/orLate.ts";
import { publicCode, publicMessage } from "../../lib/publicError.ts";
import { asDatabaseError } from "../databaseErrors.ts";
import { openDatabase, type Database } from "../openDatabase.ts";
import { createPool } from "../pool.ts";
import type { OpenOptions } from "../preparedPool.ts";
import { replicaStanding, type ReplicaStanding } from "./replicaStanding.ts";

/** The replica of READER_DATABASE_URL, as the daemon has it beside the database that it loads into. */
export interface Replica {
  /** Undefined until it is open. */
  readonly database: () => Database | undefined;
  /** How it stands, asked on a connection of its own; undefined until it is open. See `replicaStanding` for what it throws. */
  readonly standing: (limitMs: number) => Promise<ReplicaStanding | undefined>;
  close(): Promise<void>;
}

export interface ReplicaOptions extends Omit<OpenOptions, "purpose"> {
  /** The database that it is to be a replica of. */
  readonly primary: Database;
}

const AGAIN_MS = 10_000;
/** So long the first attempt is waited for: jobs begin after it. */
const FIRST_MS = 3_000;
const FIRST_LOOK_MS = 10_000;

interface Opened {
  readonly database: Database;
  readonly watch: pg.Pool;
  readonly standing: (limitMs: number) => Promise<ReplicaStanding>;
}

/**
 * Opens the replica. One that is away, slow, or has not had all migrations yet, is tried again until it is there.
 *
 * @throws TillhouseError where it is known soon that nothing mends it but another setting: `replica_unusable`, and as `openDatabase` does
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { logger, clock, primary } = options;
  const closing = new AbortController();
  let opened: Opened | undefined;
  let said: string | undefined;

  const attempt = async (): Promise<void> => {
    const database = await openDatabase({ ...options, purpose: "answer" });
    const watch = createPool(database.entry, logger, 1);
    const servers = { replica: watch, primary: () => primary.readers(), clock };
    const made = { database, watch, standing: replicaStanding(servers) };
    try {
      requireRolesOf(primary, database);
      await made.standing(FIRST_LOOK_MS);
      closing.signal.throwIfAborted();
      opened = made;
    } catch (error) {
      await end(made);
      throw error;
    }
  };
  const say = (error: unknown): void => {
    const problem = publicMessage(error);
    if (problem === said || closing.signal.aborted) return;
    said = problem;
    logger.warn(`no page can be read: ${problem} The replica is tried again.`, { code: publicCode(error) });
  };
  const untilOpen = async (first: Promise<void>): Promise<void> => {
    for (let trying = first; ; trying = attempt()) {
      try {
        await trying;
        logger.info("pages are read from the replica");
        return;
      } catch (error) {
        say(asDatabaseError(error));
      }
      await pause(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
    }
  };

  const first = attempt();
  const early = await orLate(
    first.catch((error: unknown) => asDatabaseError(error)),
    FIRST_MS,
    () => undefined,
  );
  if (early instanceof TillhouseError && early.retry !== "soon") throw early;
  // Nobody waits for it: what is under way when the daemon ends puts itself away.
  void untilOpen(first);
  return {
    database: () => opened?.database,
    standing: async (limitMs) => opened?.standing(limitMs),
    close: async () => {
      closing.abort();
      if (opened !== undefined) await end(opened);
    },
  };
}

async function end({ database, watch }: Pick<Opened, "database" | "watch">): Promise<void> {
  await watch.end();
  await database.close();
}

/** Roles are made after migrations, and may come to a replica after them. */
function requireRolesOf(primary: Database, replica: Database): void {
  if (primary.entry.role === undefined || replica.entry.role !== undefined) return;
  throw new TillhouseError(
    "replica_behind",
    "The roles of this database have not come to the one that READER_DATABASE_URL leads to.",
  );
}
