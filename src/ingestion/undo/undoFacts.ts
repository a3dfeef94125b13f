import type { ClientBase } from "pg";
import { onlyRow, sqlFile, sqlFileInTwoForms } from "../../database/sqlFile.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { addChangedFacts, type ChangedFacts } from "../rollups/changedFacts.ts";
import { foldRollups } from "../rollups/foldRollups.ts";
import { RollupChanges } from "../rollups/rollupChanges.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const createUndoneFacts = sql("createUndoneFacts");
const findUndoneFacts = sql("findUndoneFacts");
const countUndoneFacts = sql("countUndoneFacts");
const undoneFacts = sqlFileInTwoForms(new URL("./undoneFacts.sql", import.meta.url));
const removeFacts = sql("removeFacts");
const restoreFacts = sql("restoreFacts");
const removeVersions = sql("removeVersions");

/** Facts that are read at once. */
const READ_AT_ONCE = 20_000;

type UndoneFacts = ChangedFacts & {
  /** Null where there are no more. */
  readonly last_place: number | null;
};

/**
 * Takes back what a run did to the facts and to the rollups, in the caller's transaction: facts that it added go, those that
 * it corrected are what they were, and the versions that it kept are not kept any more.
 *
 * @throws TillhouseError `undo_not_possible` when a fact cannot be what it was, `verification_failed` as `foldRollups`
 */
export async function undoFacts(
  client: ClientBase,
  runId: number,
  versionsBefore: string,
): Promise<{ readonly added: number; readonly corrected: number }> {
  const values = { run_id: runId, versions_before: versionsBefore };
  await createUndoneFacts.run(client);
  await findUndoneFacts.run(client, values);
  const counts = onlyRow(await countUndoneFacts.run<{ added: number; corrected: number }>(client));
  const changes = new RollupChanges();
  await addFacts(client, changes, -1);
  const removed = await removeFacts.run(client);
  const restored = await restoreFacts.run(client);
  if (removed.rowCount !== counts.added || restored.rowCount !== counts.corrected) {
    throw new TillhouseError(
      "undo_not_possible",
      `Run ${runId} cannot be taken back: of ${counts.corrected} transactions that it corrected, ${restored.rowCount ?? 0} can be what they were. Nothing is changed. Look for what was changed by hand: npm run verify`,
      { run_id: runId },
    );
  }
  await addFacts(client, changes, 1);
  await removeVersions.run(client, values);
  await foldRollups(client, changes);
  return counts;
}

async function addFacts(client: ClientBase, changes: RollupChanges, sign: 1 | -1): Promise<void> {
  for (let after: number | null = 0; after !== null;) {
    const facts: UndoneFacts = onlyRow(
      await undoneFacts.run<UndoneFacts & Record<string, unknown>>(client, {
        after_place: after,
        limit: READ_AT_ONCE,
      }),
    );
    addChangedFacts(changes, sign, facts);
    after = facts.last_place;
  }
}
