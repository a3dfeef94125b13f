import type { ClientBase } from "pg";
import { areFactsDistributed } from "../src/database/distribution/areFactsDistributed.ts";
import {
  addKey,
  dropLeftIndex,
  leftOfDistributing,
  proveKey,
} from "../src/database/distribution/keysOfFacts.ts";
import type { RequireHeld } from "../src/database/distribution/shortLocks.ts";
import type { KeyNotKept } from "../src/database/distribution/whichTables.ts";
import { setUpRoles } from "../src/database/roles/setUpRoles.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { checkFence } from "../src/runs/fence.ts";
import { DISTRIBUTING, takeWarehouseLock, type RunLock } from "../src/runs/runLock.ts";
import type { JobContext } from "./job.ts";
import { withOwnSession } from "./ownSession.ts";

type Context = Pick<JobContext, "database" | "clock" | "logger" | "stopping" | "breakingOff">;

/**
 * Gives facts that are on one machine yet what a broken off `db:distribute` has left them without: their foreign keys, first for what
 * is written from now on, then, unless it is told to stop, proven for the rows that are there. What is not put right is logged: loads
 * look up and lock what facts refer to themselves, and undo asks which keys there are.
 *
 * @returns how many keys hold for all rows that did not
 */
export async function putBackWhatIsLeft(context: Context): Promise<number> {
  const { gone, unproven, indexes } = await leftOfDistributing(context.database.pool);
  if (gone.length + unproven.length + indexes.length === 0) return 0;
  return underLock(context, async (requireHeld) =>
    prove(context, requireHeld, await putBack(context, requireHeld)),
  );
}

/**
 * The same after a `db:distribute` that failed or was stopped; besides, where the facts are on one machine yet, roles may do what they
 * may there, and no more. Where another run has the warehouse by now all is left as it is: that may be distributing, too.
 */
export async function leaveInOrder(context: Context): Promise<void> {
  await underLock(context, async (requireHeld) => {
    const back = await putBack(context, requireHeld);
    // Before what may take hours.
    await restoreRoles(context);
    return prove(context, requireHeld, back);
  });
}

/** @returns what `work` does; 0 where it could not be done, which is logged */
async function underLock(
  { clock, database, logger }: Context,
  work: (requireHeld: RequireHeld) => Promise<number>,
): Promise<number> {
  let lock: RunLock | undefined;
  try {
    lock = await takeWarehouseLock(database.entry, clock.now());
    if (lock !== undefined) {
      const { fencingToken } = lock;
      return await work((session) => checkFence(session, fencingToken));
    }
    logger.warn(`${LEFT} Another run is at work: where that is no db:distribute, wait for its end.`);
  } catch (error) {
    logger.warn(`${LEFT} Not looked after: ${publicMessage(error)}`);
  } finally {
    await lock?.release();
  }
  return 0;
}

const LEFT =
  "A broken off db:distribute may have left facts on one machine without foreign keys, and roles with rights that only a cluster needs. npm run db:migrate puts that right, or npm run db:distribute goes on.";

/**
 * Done though it was told to stop: it takes moments.
 *
 * @returns the keys that are yet to be proven
 */
async function putBack(context: Context, requireHeld: RequireHeld): Promise<readonly KeyNotKept[]> {
  const { gone, unproven, indexes } = await leftOfDistributing(context.database.pool);
  const done = await doEach(context, context.breakingOff, [
    ...gone.map((key) => ({
      ...{ key, ifNot: `${key.constraint} is away` },
      work: (client: ClientBase) => addKey(client, requireHeld, key),
    })),
    ...indexes.map((index) => ({
      ifNot: `the index ${index}, which nobody uses, is there`,
      work: (client: ClientBase) => dropLeftIndex(client, requireHeld, index),
    })),
  ]);
  return [...unproven, ...done.flatMap(({ key }) => key ?? [])];
}

/** @returns how many are proven */
async function prove(
  context: Context,
  requireHeld: RequireHeld,
  keys: readonly KeyNotKept[],
): Promise<number> {
  const { logger, stopping } = context;
  if (keys.length > 0 && !stopping.aborted)
    logger.info(
      `${keys.length} foreign keys hold for new facts, and are proven for all; that may be stopped`,
    );
  const proven = await doEach(
    context,
    stopping,
    keys.map((key) => ({
      ...{ key, ifNot: `${key.constraint} holds for new facts only` },
      work: (client: ClientBase) => proveKey(client, requireHeld, key),
    })),
  );
  return proven.length;
}

/** Something that is left, and what is to be said where it stays so. */
interface Left {
  readonly key?: KeyNotKept;
  readonly ifNot: string;
  readonly work: (client: ClientBase) => Promise<void>;
}

/**
 * Does each on one session, which a signal cuts. One that fails does not keep the next from being done; what is not done is logged.
 *
 * @returns what is done
 */
async function doEach(
  { database, logger }: Context,
  signal: AbortSignal,
  left: readonly Left[],
): Promise<readonly Left[]> {
  if (left.length === 0) return [];
  const done = new Set<Left>();
  let why: unknown = "stopped";
  const keepWhy = (error: unknown): void => {
    why = error;
  };
  const one = { database, stopping: signal };
  await withOwnSession(
    one,
    async (client) => {
      for (const each of left) {
        if (signal.aborted) return;
        await each.work(client).then(() => done.add(each), keepWhy);
      }
    },
    DISTRIBUTING,
  ).catch(keepWhy);
  const undone = left.filter((each) => !done.has(each));
  if (undone.length > 0)
    logger.warn(
      `After a db:distribute that was broken off: ${undone.map(({ ifNot }) => ifNot).join(", ")}. npm run db:migrate puts that right, or npm run db:distribute goes on. ${publicMessage(why)}`,
    );
  return [...done];
}

async function restoreRoles({ database, logger }: Context): Promise<void> {
  const leftSince = (why: string): void => {
    logger.warn(
      `Roles may have rights that only a cluster needs. npm run db:migrate puts that right. ${why}`,
    );
  };
  try {
    // There it would ask the nodes as well, and nothing is to be taken back.
    if (await areFactsDistributed(database.pool)) return;
    const { forAdministrator } = await setUpRoles(database.url);
    if (forAdministrator.length > 0) leftSince("This user may not take them back.");
  } catch (error) {
    leftSince(publicMessage(error));
  }
}
