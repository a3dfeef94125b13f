import { join } from "node:path";
import type pg from "pg";
import type { Config } from "../config/loadConfig.ts";
import { keepSecretAs, makeSecret, readSecret, replaceSecret } from "../database/generatedSecret.ts";
import { TillhouseError } from "../lib/errors.ts";
import { keyInUse, knownKeys, requireKeyInUse, type KnownKey } from "../runs/cardTokenKeys.ts";
import { fingerprintOfKey } from "../sources/cards.ts";

/**
 * Where the embedded server's key is. While it is being replaced, the new one stands beside it: it becomes the key by the
 * database's word, in one commit, and the files follow (`completeRotation`). So at any moment one of the two files holds
 * the key in use, and which one it is, its fingerprint tells.
 */
function keyFiles({ stateDir }: Config): { readonly path: string; readonly next: string } {
  const path = join(stateDir, "secrets", "card-token-key");
  return { path, next: `${path}.next` };
}

/** The card token key to load with. */
export interface CardTokenKey {
  /** At least 32. */
  readonly bytes: Buffer;
  /** As the database knows it; undefined when it has met none yet. */
  readonly known: KnownKey | undefined;
}

/**
 * The key of the configuration or, with the embedded server, the one kept in STATE_DIR; made when the database has
 * met none yet.
 *
 * @throws TillhouseError `card_token_key_mismatch` when it is not the key in use
 */
export async function cardTokenKey(config: Config, pool: pg.Pool): Promise<CardTokenKey> {
  const keys = await knownKeys(pool);
  const asKnown = (bytes: Buffer): CardTokenKey => ({
    bytes,
    known: requireKeyInUse(keys, fingerprintOfKey(bytes)),
  });
  if (config.cardTokenKey !== undefined) return asKnown(config.cardTokenKey);
  const { path, next } = keyFiles(config);
  const key = await readSecret(path);
  if (keys.length === 0) return asKnown(key ?? (await makeSecret(path)));
  const following = await readSecret(next);
  if (following !== undefined && isInUse(keys, following)) return asKnown(following);
  if (key !== undefined) return asKnown(key);
  throw new TillhouseError(
    "card_token_key_mismatch",
    `${path} is gone, and this database's card tokens were made with the key in it. Put the file back. If it is lost ` +
      "for good, go on under a new key: npm run card-key -- rotate",
    { path },
  );
}

/**
 * The key to put in the place of the one in use: that of the configuration or, with the embedded server, a new one, which
 * is kept in STATE_DIR by then.
 *
 * @throws TillhouseError `usage_invalid` when there is nothing to replace, or nothing to replace it with;
 *   `card_token_key_mismatch` when the key was in use before, or the one in STATE_DIR is another database's
 */
export async function followingKey(config: Config, keys: readonly KnownKey[]): Promise<Buffer> {
  const current = keyInUse(keys);
  if (current === undefined) {
    throw new TillhouseError("usage_invalid", "No card token key is in use yet: the first load takes one.");
  }
  const { cardTokenKey: given } = config;
  if (given === undefined) {
    const { path, next } = keyFiles(config);
    const key = await readSecret(path);
    if (key !== undefined) requireKeyInUse(keys, fingerprintOfKey(key));
    return makeSecret(next);
  }
  const fingerprint = fingerprintOfKey(given);
  if (current.fingerprint === fingerprint) {
    throw new TillhouseError(
      "usage_invalid",
      `CARD_TOKEN_KEY is the key in use already, number ${current.card_key_id}. Set it to a new one first: openssl rand -hex 32`,
    );
  }
  if (keys.some((key) => key.fingerprint === fingerprint)) requireKeyInUse(keys, fingerprint);
  return given;
}

/**
 * Brings the files in STATE_DIR to what the database says, where a rotation was broken off in between: the retired key
 * is kept as `card-token-key.<id>`, and the new one takes its place. Needs the warehouse lock.
 *
 * @returns the key in use, where there was anything to be done
 */
export async function completeRotation(config: Config, pool: pg.Pool): Promise<KnownKey | undefined> {
  if (config.cardTokenKey !== undefined) return undefined;
  const { path, next } = keyFiles(config);
  const following = await readSecret(next);
  if (following === undefined) return undefined;
  const keys = await knownKeys(pool);
  if (!isInUse(keys, following)) return undefined;
  const replaced = await readSecret(path);
  if (replaced !== undefined) {
    const known = keys.find(({ fingerprint }) => fingerprint === fingerprintOfKey(replaced));
    await keepSecretAs(path, `${path}.${known?.card_key_id ?? "unknown"}`);
  }
  await replaceSecret(path, next);
  return keyInUse(keys);
}

const isInUse = (keys: readonly KnownKey[], key: Buffer): boolean =>
  keyInUse(keys)?.fingerprint === fingerprintOfKey(key);
