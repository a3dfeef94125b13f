import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { passesSoon, TillhouseError } from "../../lib/errors.ts";
import { publicCode, publicMessage } from "../../lib/publicError.ts";
import { openDatabase, type Database } from "../openDatabase.ts";
import type { OpenOptions } from "../preparedPool.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const newestRun = sqlFile(new URL("./newestRun.sql", import.meta.url));
const hasRun = sqlFile(new URL("./hasRun.sql", import.meta.url));

/** The replica of READER_DATABASE_URL, as the daemon has it beside the database that it loads into. */
export interface Replica {
  /** Undefined until it is open. */
  readonly database: () => Database | undefined;
  close(): Promise<void>;
}

export interface ReplicaOptions extends Omit<OpenOptions, "purpose" | "stopping"> {
  /** Connections to the database that it is to be a replica of. */
  readonly primary: pg.Pool;
  /** How often one that is away is tried again, where it is not as usual. */
  readonly againMs?: number;
}

const AGAIN_MS = 10_000;

/**
 * Opens the replica. One that is away, or has not had all migrations yet, is tried again until it is there, and loads go on meanwhile.
 *
 * @throws TillhouseError where nothing mends it but another setting: `config_invalid` where it is of another warehouse, and as `openDatabase` does
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { logger, primary, againMs = AGAIN_MS } = options;
  const closing = new AbortController();
  let opened: Database | undefined;
  let said: string | undefined;

  const open = async (): Promise<void> => {
    const database = await openDatabase({ ...options, purpose: "answer", stopping: closing.signal });
    try {
      await requireSameWarehouse(database.pool, primary);
    } catch (error) {
      await database.close();
      throw error;
    }
    if (closing.signal.aborted) await database.close();
    else opened = database;
  };
  const say = (error: unknown): void => {
    const problem = publicMessage(error);
    if (problem === said || closing.signal.aborted) return;
    said = problem;
    logger.warn(`no page can be read: ${problem} It is tried again.`, { code: publicCode(error) });
  };
  const untilOpen = async (): Promise<void> => {
    for (;;) {
      await pause(againMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        await open();
        logger.info("the replica is there: pages are read from it");
        return;
      } catch (error) {
        say(error);
      }
    }
  };

  let trying = Promise.resolve();
  try {
    await open();
  } catch (error) {
    if (!(error instanceof TillhouseError && passesSoon(error))) throw error;
    say(error);
    trying = untilOpen();
  }
  return {
    database: () => opened,
    close: async () => {
      closing.abort();
      await trying;
      await opened?.close();
    },
  };
}

/** A replica may be behind, and never ahead: its newest run is one of the primary's too. */
async function requireSameWarehouse(replica: pg.Pool, primary: pg.Pool): Promise<void> {
  const [newest] = (await newestRun.run<{ run_id: number; started_at: string }>(replica)).rows;
  if (newest === undefined || onlyRow(await hasRun.run<{ has_run: boolean }>(primary, newest)).has_run)
    return;
  throw new TillhouseError(
    "config_invalid",
    `READER_DATABASE_URL leads to another warehouse than DATABASE_URL: of its run ${newest.run_id} nothing is known there. ` +
      "Example: READER_DATABASE_URL=postgresql://tillhouse:secret@replica.example.com:5432/tillhouse, a streaming replica of DATABASE_URL's server",
    { variable: "READER_DATABASE_URL" },
  );
}
