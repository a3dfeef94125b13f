import { takeLeave } from "../src/database/connectionWatch.ts";
import { keysLeftAway, putKeysBack } from "../src/database/distribution/keysOfFacts.ts";
import { ownConnection } from "../src/database/pool.ts";
import { publicMessage } from "../src/lib/publicError.ts";
import { checkFence } from "../src/runs/fence.ts";
import { DISTRIBUTING, takeWarehouseLock } from "../src/runs/runLock.ts";
import type { JobContext } from "./job.ts";

/**
 * Puts back the foreign keys that a broken off `db:distribute` has left away from facts that are on one machine yet. That it could
 * not is logged: loads look up and lock what facts refer to themselves, and undo asks which keys there are.
 *
 * @returns how many
 */
export async function putBackLeftAwayKeys({
  database,
  clock,
  logger,
}: Pick<JobContext, "database" | "clock" | "logger">): Promise<number> {
  const left = (why: string): number => {
    logger.warn(
      `db:distribute was broken off, and facts are without some of their foreign keys: ${why}. Put them back with npm run db:migrate, or go on with npm run db:distribute`,
    );
    return 0;
  };
  try {
    const keys = await keysLeftAway(database.pool);
    if (keys.length === 0) return 0;
    const lock = await takeWarehouseLock(database.entry, clock.now());
    if (lock === undefined) return left("another run is at work");
    const client = ownConnection(database.entry, DISTRIBUTING);
    try {
      await client.connect();
      await putKeysBack(client, (session) => checkFence(session, lock.fencingToken));
    } finally {
      await takeLeave(client);
      await lock.release();
    }
    return keys.length;
  } catch (error) {
    return left(publicMessage(error));
  }
}
