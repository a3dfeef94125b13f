import { completeRotation, followingKey } from "../src/ingestion/cardTokenKey.ts";
import { keyInUse, knownKeys, replaceKeyInUse } from "../src/runs/cardTokenKeys.ts";
import { fingerprintOfKey } from "../src/sources/cards.ts";
import { asRun, type JobContext } from "./job.ts";

/** Which key is in use now. */
export interface RotatedKey {
  readonly cardKeyId: number;
  /** Whether an earlier rotation, broken off, was completed instead of a new one being made. */
  readonly wasPending: boolean;
}

/**
 * One run that retires the card token key in use and puts a new one in its place. No load can be at work meanwhile, and
 * one that holds the old key loads nothing afterwards. Killed at any point, it leaves one of the two keys in use and both
 * in their files.
 *
 * @throws TillhouseError `run_locked`, `usage_invalid`, `card_token_key_mismatch`
 */
export async function rotateCardKey(context: JobContext): Promise<RotatedKey> {
  const { config, database, clock } = context;
  // Kept over attempts: an answer to COMMIT that was lost must not bring a second new key.
  let key: Buffer | undefined;
  return asRun("card_key", { rotate: true }, context, async ({ run, lock }) =>
    run.step("rotate card token key", async () => {
      const { pool } = database;
      const pending = await completeRotation(config, pool);
      if (pending !== undefined)
        return { cardKeyId: pending.card_key_id, wasPending: key === undefined, failure: undefined };
      const keys = await knownKeys(pool);
      const current = keyInUse(keys);
      if (key !== undefined && current?.fingerprint === fingerprintOfKey(key))
        return { cardKeyId: current.card_key_id, wasPending: false, failure: undefined };
      key = await followingKey(config, keys);
      const cardKeyId = await replaceKeyInUse(pool, lock.fencingToken, fingerprintOfKey(key), clock.now());
      await completeRotation(config, pool);
      return { cardKeyId, wasPending: false, failure: undefined };
    }),
  );
}
