import type { ClientBase } from "pg";
import { takeLeave } from "../database/connectionWatch.ts";
import type { Entry } from "../database/entry.ts";
import { ownConnection } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const setUpLock = sql("setUpLock");
const tryLock = sql("tryLock");
const endOrphanedLoaders = sql("endOrphanedLoaders");
const raiseFencingToken = sql("raiseFencingToken");
const keepLock = sql("keepLock");
const unlock = sql("unlock");

/**
 * A holder that is silent for so long has lost the warehouse: its process is paused, or its machine is gone. Longer than a
 * database that is paused for half a minute.
 */
const SILENT_MS = 45_000;
const SIGN_OF_LIFE_MS = 10_000;

/** The lock of every run that changes anything in the warehouse. A run that only reads has one that is named otherwise. */
export const WAREHOUSE = "warehouse";

/** Name of the session that a run which distributes the facts does so on: it is ended as a loader's is, by whoever takes over. */
export const DISTRIBUTING = "tillhouse distribute";

/** The right to run; one holder of a name at a time, over all processes. */
export interface RunLock {
  readonly name: string;
  /** Rises with every holder. A chunk commits only while the warehouse's is the newest. */
  readonly fencingToken: bigint;
  /** Whether it is still this process's, as far as that is known here. */
  readonly isHeld: boolean;
  /**
   * Begins anew, as if it had just been taken: ends what loaders of this run may have in hand whose connections broke on
   * this side only, and raises the token.
   */
  renew(now: Date): Promise<void>;
  release(): Promise<void>;
}

/** Takes the lock of the runs that change anything: see `takeRunLock`. */
export function takeWarehouseLock(
  entry: Entry,
  now: Date,
  raiseOn?: () => Promise<Pick<ClientBase, "query">>,
): Promise<RunLock | undefined> {
  return takeRunLock(entry, WAREHOUSE, now, raiseOn);
}

/**
 * Takes a lock, or gives undefined when another process has it. It hangs on a connection of its own: when the
 * process dies, the server sees the connection end and frees the lock; when it only stops, the server ends the connection.
 * What an earlier holder's loaders may still have in hand, or who distributes for it, is ended first.
 *
 * @param raiseOn gives the transaction that the token is raised in, for a run that leaves all or nothing; without it the token is
 *   raised at once
 */
export async function takeRunLock(
  entry: Entry,
  name: string,
  now: Date,
  raiseOn?: () => Promise<Pick<ClientBase, "query">>,
): Promise<RunLock | undefined> {
  const client = ownConnection(entry, "tillhouse lock");
  let isHeld = false;
  let signs: NodeJS.Timeout | undefined;
  client.on("end", () => {
    isHeld = false;
    clearInterval(signs);
  });
  await client.connect();
  try {
    await setUpLock.run(client, { idle_ms: String(SILENT_MS) });
    const { rows } = await tryLock.run<{ taken: boolean }>(client, { name });
    if (rows[0]?.taken !== true) {
      await takeLeave(client);
      return undefined;
    }
    isHeld = true;
    let fencingToken = await begin(client, name, now, raiseOn);
    let sign: Promise<unknown> | undefined;
    signs = setInterval(() => {
      // A connection that broke ends, and says so by that.
      sign ??= keepLock
        .run(client)
        .catch(() => undefined)
        .finally(() => {
          sign = undefined;
        });
    }, SIGN_OF_LIFE_MS);
    signs.unref();
    return {
      name,
      get fencingToken() {
        return fencingToken;
      },
      get isHeld() {
        return isHeld;
      },
      renew: async (moment) => {
        await sign;
        fencingToken = await begin(client, name, moment);
      },
      release: async () => {
        clearInterval(signs);
        await sign;
        if (isHeld) await unlock.run(client, { name }).catch(() => undefined);
        await takeLeave(client);
      },
    };
  } catch (error) {
    await takeLeave(client);
    throw error;
  }
}

async function begin(
  client: ClientBase,
  name: string,
  now: Date,
  raiseOn?: () => Promise<Pick<ClientBase, "query">>,
): Promise<bigint> {
  if (name === WAREHOUSE) await endOrphanedLoaders.run(client);
  const raised = await raiseFencingToken.run<{ fencing_token: string }>((await raiseOn?.()) ?? client, {
    name,
    now: now.toISOString(),
  });
  return BigInt(onlyRow(raised).fencing_token);
}
