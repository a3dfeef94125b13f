import type pg from "pg";
import { withPooledTransaction } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import type { Logger } from "../lib/logger.ts";
import { checkFence } from "./fence.ts";
import type { LedgerKey } from "./ledgerKey.ts";

const plainDigests = sqlFile(new URL("./plainDigests.sql", import.meta.url));
const keyDigests = sqlFile(new URL("./keyDigests.sql", import.meta.url));
const digestsOfOtherKeys = sqlFile(new URL("./digestsOfOtherKeys.sql", import.meta.url));

/** Files of one statement. */
const MOST_FILES = 5_000;

/**
 * Keys the digests that an earlier version kept plain. That takes no file: what is kept of a file is made of the SHA-256
 * of its bytes, and that is what is there. Says when files were read under another key than this. Needs the warehouse lock.
 *
 * @throws TillhouseError `run_lock_lost`
 */
export async function keyLedger(
  pool: pg.Pool,
  fencingToken: bigint,
  key: LedgerKey,
  logger: Logger,
): Promise<void> {
  const { plain, standing } = onlyRow(
    await digestsOfOtherKeys.run<{ plain: number; standing: number }>(pool, { digest_key: key.id }),
  );
  if (plain > 0) {
    while ((await keySome(pool, fencingToken, key)) === MOST_FILES);
    logger.info("the ledger's plain digests of files are keyed", { files: plain });
  }
  if (standing > 0) logger.warn(UNDER_ANOTHER_KEY, { code: "ledger_key_changed", files: standing });
}

const UNDER_ANOTHER_KEY =
  "The ledger's digests of some files were made with another key. Such a file, once it changes, is read from its start " +
  "again, which loads nothing twice. To go on where it ended, set LEDGER_KEY to the key of before: what CARD_TOKEN_KEY was, " +
  "or what the embedded server keeps in STATE_DIR/secrets/ledger-key.";

/** @returns how many files there were; as many as there may be when there can be more */
function keySome(pool: pg.Pool, fencingToken: bigint, key: LedgerKey): Promise<number> {
  return withPooledTransaction(pool, async (client) => {
    const { rows } = await plainDigests.run<PlainRow>(client, { most: MOST_FILES });
    if (rows.length === 0) return 0;
    await checkFence(client, fencingToken);
    await keyDigests.run(client, {
      digest_key: key.id,
      file_ids: rows.map((row) => row.file_id),
      committed_digests: rows.map((row) => key.digestOf(row.committed_digest)),
      unterminated_digests: rows.map((row) =>
        row.unterminated_digest === null ? null : key.digestOf(row.unterminated_digest),
      ),
    });
    return rows.length;
  });
}

interface PlainRow {
  readonly file_id: number;
  readonly committed_digest: string;
  readonly unterminated_digest: string | null;
}
