import type pg from "pg";
import { withPooledTransaction } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import { checkFence } from "./fence.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const cardTokenKeys = sql("cardTokenKeys");
const addCardTokenKey = sql("addCardTokenKey");
const retireCardTokenKey = sql("retireCardTokenKey");
const countTokensByKey = sql("countTokensByKey");

/** A card token key as the database knows it: by a fingerprint, never by its bytes. */
export interface KnownKey {
  readonly card_key_id: number;
  readonly fingerprint: string;
  /** First use. */
  readonly created_at: Date;
  /** Null for the one in use. */
  readonly retired_at: Date | null;
}

/** All keys that the database has met, oldest first; none before its first load. */
export async function knownKeys(pool: pg.Pool): Promise<readonly KnownKey[]> {
  return (await cardTokenKeys.run<KnownKey>(pool)).rows;
}

/** The one that new tokens are made with. */
export const keyInUse = (keys: readonly KnownKey[]): KnownKey | undefined =>
  keys.find(({ retired_at }) => retired_at === null);

/**
 * Passes when the key is the one in use, or the database has met none yet.
 *
 * @returns the key as the database knows it; undefined when it has met none yet
 * @throws TillhouseError `card_token_key_mismatch`: tokens under different keys cannot be compared
 */
export function requireKeyInUse(keys: readonly KnownKey[], fingerprint: string): KnownKey | undefined {
  const known = keys.find((key) => key.fingerprint === fingerprint);
  if (known?.retired_at === null || keys.length === 0) return known;
  if (known === undefined) {
    throw new TillhouseError(
      "card_token_key_mismatch",
      "CARD_TOKEN_KEY is not the key that this database's card tokens are made with. Set the one that was in use " +
        "before; the embedded server keeps its own in STATE_DIR/secrets/card-token-key.",
    );
  }
  const { card_key_id, retired_at } = known;
  throw new TillhouseError(
    "card_token_key_mismatch",
    `This card token key, number ${card_key_id}, is retired since ${retired_at.toISOString()}: number ` +
      `${keyInUse(keys)?.card_key_id ?? "none"} is in use. Set CARD_TOKEN_KEY to that one. See them: npm run card-key`,
    { card_key_id },
  );
}

/** Makes a key the one of a database that has met none yet, and gives its id. Needs the warehouse lock. */
export async function takeFirstKey(pool: pg.Pool, fingerprint: string, now: Date): Promise<number> {
  const values = { fingerprint, now: now.toISOString() };
  return onlyRow(await addCardTokenKey.run<Pick<KnownKey, "card_key_id">>(pool, values)).card_key_id;
}

/**
 * Retires the key in use and puts a new one in its place, in one transaction.
 *
 * @returns the new key's id
 * @throws TillhouseError `run_lock_lost`
 */
export async function replaceKeyInUse(
  pool: pg.Pool,
  fencingToken: bigint,
  fingerprint: string,
  now: Date,
): Promise<number> {
  const values = { now: now.toISOString() };
  return withPooledTransaction(pool, async (client) => {
    await checkFence(client, fencingToken);
    onlyRow(await retireCardTokenKey.run(client, values));
    return onlyRow(
      await addCardTokenKey.run<Pick<KnownKey, "card_key_id">>(client, { ...values, fingerprint }),
    ).card_key_id;
  });
}

/** How many facts have a token under each key, by its id. */
export async function tokensByKey(pool: pg.Pool): Promise<ReadonlyMap<number, number>> {
  const { rows } = await countTokensByKey.run<{ card_key_id: number; transactions: string }>(pool);
  return new Map(rows.map(({ card_key_id, transactions }) => [card_key_id, Number(transactions)]));
}
