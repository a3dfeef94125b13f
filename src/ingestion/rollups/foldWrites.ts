import type pg from "pg";
import { onlyRow, sqlFile, type SqlFile } from "../../database/sqlFile.ts";
import { addChangedFacts, type ChangedFacts } from "./changedFacts.ts";
import type { KeepInStep } from "../sourceLoading.ts";
import { foldRollups } from "./foldRollups.ts";
import { RollupChanges } from "./rollupChanges.ts";

const sql = (name: string) => sqlFile(new URL(`../transactions/${name}.sql`, import.meta.url));
const leftFacts = sql("leftFacts");
const writtenFacts = sql("writtenFacts");

/**
 * Does the writes to the fact that a chunk of judged transactions asks for, and gives what folds what they change into the
 * rollups, which has to be called in the same transaction.
 *
 * @param corrects whether some of them change facts that are there
 */
export async function foldWrites(
  client: pg.ClientBase,
  corrects: boolean,
  write: () => Promise<void>,
): Promise<KeepInStep> {
  const changes = new RollupChanges();
  if (corrects) await addFacts(client, changes, -1, leftFacts);
  await write();
  await addFacts(client, changes, 1, writtenFacts);
  return (folding) => foldRollups(folding, changes);
}

async function addFacts(
  client: pg.ClientBase,
  changes: RollupChanges,
  sign: 1 | -1,
  facts: SqlFile,
): Promise<void> {
  addChangedFacts(changes, sign, onlyRow(await facts.run<ChangedFacts & pg.QueryResultRow>(client)));
}
