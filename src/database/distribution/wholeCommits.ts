import { setTimeout as pause } from "node:timers/promises";
import type { ClientBase } from "pg";
import { systemClock } from "../../lib/clock.ts";
import { TillhouseError } from "../../lib/errors.ts";
import { visible } from "../../lib/visible.ts";
import { isDistributed, noteDistributed } from "./distributedSessions.ts";
import { areFactsDistributed } from "./areFactsDistributed.ts";
import { sqlFile } from "../sqlFile.ts";

const unfinishedCommits = sqlFile(new URL("./unfinishedCommits.sql", import.meta.url));

const LOOK_MS = 100;
/** Citus looks for what is unfinished every `citus.recover_2pc_interval`, a minute unless set otherwise. */
const LONGEST_MS = 180_000;

/** Notes of a session of its own whether the facts are distributed, so that it is given the statements for that. */
export async function noteIfDistributed(client: ClientBase, isOfCluster: boolean): Promise<void> {
  if (isOfCluster && (await areFactsDistributed(client))) noteDistributed(client);
}

/**
 * Where the facts are distributed, waits until no node has a commit of before left to finish. Citus commits on the coordinator first,
 * and then on the nodes; a node whose connection breaks in between keeps its part prepared, its rows locked and as they were, until
 * Citus tells it what became of it: whoever looks meanwhile finds a commit in part. What others prepare meanwhile is not waited for.
 *
 * @throws TillhouseError `database_connection_lost` where a node cannot be asked, `database_busy` where nobody finishes a commit
 */
export async function waitUntilWhole(client: ClientBase): Promise<void> {
  if (!isDistributed(client)) return;
  let left = await preparedOnNodes(client);
  const untilMs = systemClock.monotonicMs() + LONGEST_MS;
  while (left.size > 0) {
    if (systemClock.monotonicMs() >= untilMs)
      throw new TillhouseError(
        "database_busy",
        `${left.size} transactions are prepared on nodes of the cluster and nobody has told what became of them. Citus does so every ` +
          "citus.recover_2pc_interval; a superuser can at once: SELECT recover_prepared_transactions()",
        { unfinished: left.size },
      );
    await pause(LOOK_MS);
    const now = await preparedOnNodes(client);
    left = new Set([...left].filter((name) => now.has(name)));
  }
}

/** Of each node, by its name and the transaction's. */
async function preparedOnNodes(client: ClientBase): Promise<ReadonlySet<string>> {
  const { rows } = await unfinishedCommits.run<{ node: string; answers: boolean; result: string }>(client);
  const away = rows.filter(({ answers }) => !answers);
  if (away.length > 0)
    throw new TillhouseError(
      "database_connection_lost",
      "Whether all that was committed is whole on every node of the cluster cannot be asked: " +
        `${away.map(({ node, result }) => `${node}: ${visible(result)}`).join("; ")}. What was committed stands. See whether the node runs and can be reached.`,
    );
  return new Set(
    rows.flatMap(({ node, result }) =>
      result
        .split(" ")
        .filter(Boolean)
        .map((name) => `${node} ${name}`),
    ),
  );
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
