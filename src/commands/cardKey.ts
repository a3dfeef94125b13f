import { rotateCardKey } from "../../jobs/rotateCardKey.ts";
import type { Database } from "../database/openDatabase.ts";
import { knownKeys, tokensByKey } from "../runs/cardTokenKeys.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";

export interface CardKeyOptions {
  readonly json?: boolean;
}

/** Enough to tell keys apart by. */
const SHOWN_DIGITS = 8;

/** Without a key of its own the ledger's is derived from the card token key, which has just become another. */
const LEDGER_KEY_HINT =
  "Set LEDGER_KEY to what CARD_TOKEN_KEY was before, so that files that grow are read on from where they ended. Without it they are read from their start once, which loads nothing twice.";

/** `card-key`: the keys that card tokens were made with, and how many facts have one under each. */
export async function cardKeyCommand(options: CardKeyOptions): Promise<void> {
  await withDatabase(commandContext(), "load", (database) => printKeys(database, options));
}

/** `card-key rotate`: a new key for new sales. */
export async function rotateCardKeyCommand(options: CardKeyOptions): Promise<void> {
  const context = commandContext();
  await runByHand(context, "load", "finishing", async (job) => {
    const { cardKeyId, wasPending } = await rotateCardKey(job);
    if (options.json !== true) {
      print(
        wasPending
          ? `A rotation that had been broken off is complete: new sales get tokens under key ${cardKeyId}.`
          : `New sales get tokens under key ${cardKeyId}. Earlier ones keep theirs, so a card has one token under each key.`,
      );
      const { databaseUrl, ledgerKey } = context.config;
      if (databaseUrl !== undefined && ledgerKey === undefined) print(LEDGER_KEY_HINT);
    }
    await printKeys(job.database, options);
  });
}

async function printKeys({ pool }: Database, { json }: CardKeyOptions): Promise<void> {
  const [keys, transactions] = [await knownKeys(pool), await tokensByKey(pool)];
  const shown = keys.map((key) => ({
    card_key_id: key.card_key_id,
    fingerprint: key.fingerprint.slice(0, SHOWN_DIGITS),
    in_use_since: key.created_at,
    retired_at: key.retired_at,
    transactions: transactions.get(key.card_key_id) ?? 0,
  }));
  if (json === true) {
    printJson({ keys: shown });
    return;
  }
  if (shown.length === 0) {
    print("No card token key is in use yet: the first load takes one.");
    return;
  }
  const timeOf = (time: Date | null): string => (time === null ? "" : timeText(time));
  await printTable(
    ["key", "fingerprint", "in use since", "retired", "transactions"],
    shown.map((key) => [
      key.card_key_id,
      key.fingerprint,
      timeOf(key.in_use_since),
      timeOf(key.retired_at),
      key.transactions,
    ]),
  );
}
