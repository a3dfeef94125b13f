import type pg from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import { addChangedFacts, type ChangedFact } from "./changedFacts.ts";
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

async function addFacts(
  client: pg.ClientBase,
  changes: RollupChanges,
  sign: 1 | -1,
  outcomes: readonly string[],
): Promise<void> {
  const { rows } = await changedFacts.run<ChangedFact & pg.QueryResultRow>(client, { outcomes });
  addChangedFacts(changes, sign, rows);
}
