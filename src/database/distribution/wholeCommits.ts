import { setTimeout as pause } from "node:timers/promises";
import type { ClientBase } from "pg";
import { TillhouseError } from "../../lib/errors.ts";
import { isDistributed, noteDistributed } from "./distributedSessions.ts";
import { areFactsDistributed } from "./areFactsDistributed.ts";
import { onlyRow, sqlFile } from "../sqlFile.ts";

const unfinishedCommits = sqlFile(new URL("./unfinishedCommits.sql", import.meta.url));

const LOOK_MS = 100;
/** Citus looks for what is unfinished every `citus.recover_2pc_interval`, a minute unless set otherwise. */
const LONGEST_MS = 180_000;

/**
 * Notes of a session of its own whether the facts are distributed, so that it is given the statements for that; if so, what was
 * committed before is whole on every node from here on.
 *
 * @throws what `waitUntilWhole` does
 */
export async function noteIfDistributed(client: ClientBase, isOfCluster: boolean): Promise<void> {
  if (!isOfCluster || !(await areFactsDistributed(client))) return;
  noteDistributed(client);
  // By these a commit says that it is not whole.
  await client.query("SET client_min_messages = warning");
  await waitUntilWhole(client);
}

/**
 * Where the facts are distributed, waits until no node has a commit of before left to finish. Citus commits on the coordinator first,
 * and then on the nodes; a node whose connection breaks in between keeps its part prepared, its rows locked and as they were, until
 * Citus tells it what became of it: whoever looks meanwhile finds a commit in part.
 *
 * @throws TillhouseError `database_connection_lost` where a node is away, `database_busy` where nobody finishes a commit
 */
export async function waitUntilWhole(client: ClientBase): Promise<void> {
  if (!isDistributed(client)) return;
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { away, unfinished } = onlyRow(
      await unfinishedCommits.run<{ away: number; unfinished: number }>(client),
    );
    if (away > 0)
      throw new TillhouseError(
        "database_connection_lost",
        `${away} nodes of the cluster cannot be asked whether all that was committed is whole. What was committed stands. See whether they run.`,
        { away },
      );
    if (unfinished === 0) return;
    if (waitedMs >= LONGEST_MS)
      throw new TillhouseError(
        "database_busy",
        `${unfinished} transactions that were committed are still prepared on nodes of the cluster. Citus finishes them every ` +
          "citus.recover_2pc_interval; a superuser can at once: SELECT recover_prepared_transactions()",
        { unfinished },
      );
    await pause(LOOK_MS);
  }
}

/**
 * Commits a transaction on all nodes, and ends when it is whole: Citus warns where a node has not heard of it.
 *
 * @throws what the commit and `waitUntilWhole` do
 */
export async function commitOnNodes(client: ClientBase): Promise<void> {
  const warnings: unknown[] = [];
  const keep = (warning: unknown): void => {
    warnings.push(warning);
  };
  client.on("notice", keep);
  try {
    await client.query("COMMIT");
  } finally {
    client.off("notice", keep);
  }
  if (warnings.length > 0) await waitUntilWhole(client);
}
