import type pg from "pg";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";

const cardTokenKeys = sqlFile(new URL("./cardTokenKeys.sql", import.meta.url));
const addCardTokenKey = sqlFile(new URL("./addCardTokenKey.sql", import.meta.url));

interface KnownKey {
  readonly card_key_id: number;
  readonly fingerprint: string;
}

/** Whether the database has tokens under a key, or may have. */
export async function knowsAnyKey(pool: pg.Pool): Promise<boolean> {
  return (await cardTokenKeys.run<KnownKey>(pool)).rows.length > 0;
}

/**
 * Passes when the database knows the key, or has met none yet.
 *
 * @returns the key as the database knows it; undefined when it has met none yet
 * @throws TillhouseError `card_token_key_mismatch`: tokens under different keys cannot be compared
 */
export async function requireKnownKey(pool: pg.Pool, fingerprint: string): Promise<KnownKey | undefined> {
  const { rows: keys } = await cardTokenKeys.run<KnownKey>(pool);
  const known = keys.find((key) => key.fingerprint === fingerprint);
  if (known !== undefined || keys.length === 0) return known;
  throw new TillhouseError(
    "card_token_key_mismatch",
    "CARD_TOKEN_KEY is not the key that this database's card tokens were made with. Set the one that was in use " +
      "before; the embedded server keeps its own in STATE_DIR/secrets/card-token-key.",
  );
}

/**
 * The id of the card token key in use. The first key a database meets becomes its own. Needs the warehouse lock.
 *
 * @throws TillhouseError `card_token_key_mismatch`
 */
export async function cardKeyIdFor(pool: pg.Pool, fingerprint: string, now: Date): Promise<number> {
  const known = await requireKnownKey(pool, fingerprint);
  if (known !== undefined) return known.card_key_id;
  const values = { fingerprint, now: now.toISOString() };
  return onlyRow(await addCardTokenKey.run<Pick<KnownKey, "card_key_id">>(pool, values)).card_key_id;
}
