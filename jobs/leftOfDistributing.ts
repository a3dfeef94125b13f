import {
  addKey,
  dropLeftIndex,
  leftOfDistributing,
  proveKey,
} from "../src/database/distribution/keysOfFacts.ts";
import type { KeyNotKept } from "../src/database/distribution/whichTables.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { checkFence } from "../src/runs/fence.ts";
import { DISTRIBUTING, takeWarehouseLock, type RunLock } from "../src/runs/runLock.ts";
import type { JobContext } from "./job.ts";
import { withOwnSession } from "./ownSession.ts";

type Context = Pick<JobContext, "database" | "clock" | "logger" | "stopping">;

/** What is done though the run was told to stop. */
const NEVER = new AbortController().signal;

/**
 * Gives facts that are on one machine yet what a broken off `db:distribute` has left them without: their foreign keys, first for what
 * is written from now on; then, unless it is told to stop, proven for the rows that are there. What could not be done is logged: loads
 * look up and lock what facts refer to themselves, and undo asks which keys there are.
 *
 * @returns how many keys are proven that were missing or were not
 */
export async function putBackWhatIsLeft(context: Context): Promise<number> {
  const { clock, database, logger } = context;
  let lock: RunLock | undefined;
  let back = 0;
  try {
    const { gone, unproven, indexes } = await leftOfDistributing(database.pool);
    if (gone.length + unproven.length + indexes.length === 0) return 0;
    lock = await takeWarehouseLock(database.entry, clock.now());
    if (lock === undefined) {
      logger.warn(OTHER_AT_WORK);
      return 0;
    }
    const { fencingToken } = lock;
    const requireHeld = (session: Parameters<typeof checkFence>[0]): Promise<void> =>
      checkFence(session, fencingToken);
    await withOwnSession(
      { database, stopping: NEVER },
      async (client) => {
        for (const key of gone) await addKey(client, requireHeld, key);
        for (const index of indexes) await dropLeftIndex(client, requireHeld, index);
      },
      DISTRIBUTING,
    );
    const toProve = [...gone, ...unproven];
    if (toProve.length === 0) return 0;
    if (context.stopping.aborted) {
      logger.warn(PROVEN_LATER);
      return 0;
    }
    await withOwnSession(
      context,
      async (client) => {
        for (const key of toProve) {
          await proveKey(client, requireHeld, key);
          back += 1;
          logger.info("a foreign key of the facts is back", named(key));
        }
      },
      DISTRIBUTING,
    );
  } catch (error) {
    logger.warn(`${NOT_ALL}: ${publicMessage(error)}`);
  } finally {
    await lock?.release();
  }
  return back;
}

const named = ({ child, constraint }: KeyNotKept) => ({ table: child, constraint });

const OTHER_AT_WORK =
  "Facts are without some of their foreign keys, and another run is at work. A db:distribute needs that, and puts it right itself; after one that was broken off, run npm run db:migrate when no run is at work";
const PROVEN_LATER =
  "Facts have their foreign keys back for what is written from now on. npm run db:migrate proves them for the rows that are there, or npm run db:distribute goes on";
const NOT_ALL =
  "db:distribute was broken off, and facts have not got all of their foreign keys back, or not for sure. npm run db:migrate puts that right, or npm run db:distribute goes on";
