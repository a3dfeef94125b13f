import type pg from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { TRANSACTION_STATUSES, type TransactionStatus } from "../../sources/contracts.ts";
import { foldRollups } from "./foldRollups.ts";
import { RollupChanges } from "./rollupChanges.ts";

const changedFacts = sqlFile(new URL("./changedFacts.sql", import.meta.url));

/**
 * Does the writes to the fact that a chunk of judged transactions asks for, and folds what they change into the rollups, in
 * the same transaction.
 *
 * @param corrects whether some of them change facts that are there
 */
export async function foldWrites(
  client: pg.ClientBase,
  corrects: boolean,
  write: () => Promise<void>,
): Promise<void> {
  const changes = new RollupChanges();
  if (corrects) await addFacts(client, changes, -1, ["corrected"]);
  await write();
  await addFacts(client, changes, 1, ["loaded", "corrected"]);
  await foldRollups(client, changes);
}

interface ChangedFact {
  readonly store_key: number;
  readonly device_key: number;
  readonly product_key: number;
  readonly happened_date_key: number;
  readonly status: TransactionStatus;
  readonly cents: string;
  readonly transaction_id: string;
  readonly happened_at_micros: string;
}

async function addFacts(
  client: pg.ClientBase,
  changes: RollupChanges,
  sign: 1 | -1,
  outcomes: readonly string[],
): Promise<void> {
  const { rows } = await changedFacts.run<ChangedFact>(client, { outcomes });
  for (const fact of rows) {
    changes.add(
      sign,
      fact.store_key,
      fact.device_key,
      fact.product_key,
      fact.happened_date_key,
      TRANSACTION_STATUSES.indexOf(fact.status),
      Number(fact.cents),
      Number(fact.transaction_id),
      Number(fact.happened_at_micros),
    );
  }
}
