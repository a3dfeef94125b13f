import { join } from "node:path";
import type pg from "pg";
import type { Config } from "../config/loadConfig.ts";
import { makeSecret, readSecret } from "../database/generatedSecret.ts";
import { TillhouseError } from "../lib/errors.ts";
import { knowsAnyKey, requireKnownKey } from "../runs/cardTokenKeys.ts";
import { fingerprintOfKey } from "../sources/cards.ts";

/**
 * The key of the configuration or, with the embedded server, the one kept in STATE_DIR; made when the database has
 * met none yet.
 *
 * @returns at least 32 bytes
 * @throws TillhouseError `card_token_key_mismatch` when it is not the key that this database's tokens were made with
 */
export async function cardTokenKey(config: Config, pool: pg.Pool): Promise<Buffer> {
  const path = join(config.stateDir, "secrets", "card-token-key");
  const key = config.cardTokenKey ?? (await readSecret(path));
  if (key !== undefined) {
    await requireKnownKey(pool, fingerprintOfKey(key));
    return key;
  }
  if (!(await knowsAnyKey(pool))) return makeSecret(path);
  throw new TillhouseError(
    "card_token_key_mismatch",
    `${path} is gone, and this database's card tokens were made with the key in it. Put the file back.`,
    { path },
  );
}
