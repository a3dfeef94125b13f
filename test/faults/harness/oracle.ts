import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { VIEWS } from "../../../src/aggregation/answers.ts";
import { verifyWarehouse } from "../../../src/quality/verifyWarehouse.ts";
import { leftovers } from "../../processes/generatedFiles.ts";
import { query } from "../../processes/workplace.ts";
import type { Verdict } from "./faultTally.ts";

/** What is promised: so long after things are well again the work is complete, and nothing is left behind. */
export const RECOVERY_SECONDS = 60;

/** What a warehouse says, in a form that two of them can be compared in. */
export interface Contents {
  /** `transaction id:digest`, sorted, each as often as it is there. */
  readonly facts: readonly string[];
  /** The versions of facts that do not count any more, or never did: `transaction id:digest:path:line`, sorted likewise. */
  readonly versions: readonly string[];
  readonly amount: string;
  /** Every view of the aggregation layer, as JSON. */
  readonly answers: Readonly<Record<string, string>>;
  /** How many records are in quarantine, by source, reason and state. */
  readonly quarantine: string;
}

export async function contentsOf(url: string): Promise<Contents> {
  const facts = await query<{ fact: string }>(
    url,
    "SELECT transaction_id || ':' || digest AS fact FROM ingestion_layer.fct_transactions ORDER BY transaction_id, digest",
  );
  const versions = await query<{ version: string }>(
    url,
    `SELECT concat_ws(':', transaction_id, digest, path, source_line) AS version
     FROM ingestion_layer.fct_transactions_history JOIN operations.source_files USING (file_id) ORDER BY 1`,
  );
  const answers = Object.keys(VIEWS).map(
    (view) =>
      `SELECT '${view}' AS name, coalesce(json_agg(of ORDER BY of::text COLLATE "C")::text, '[]') AS rows FROM aggregation_layer.${view} AS of`,
  );
  const [sum] = await query<{ amount: string; quarantine: string }>(
    url,
    `SELECT
       (SELECT coalesce(sum(amount), 0)::text FROM ingestion_layer.fct_transactions) AS amount,
       (SELECT coalesce(json_agg(of ORDER BY source, reason, state)::text, '[]') FROM (
         SELECT source, reason, state, count(*) AS records FROM operations.quarantine GROUP BY source, reason, state
       ) AS of) AS quarantine`,
  );
  return {
    facts: facts.map(({ fact }) => fact),
    versions: versions.map(({ version }) => version),
    amount: sum?.amount ?? "",
    answers: Object.fromEntries(
      (await query<{ name: string; rows: string }>(url, answers.join(" UNION ALL "))).map(
        ({ name, rows }) => [name, rows],
      ),
    ),
    quarantine: sum?.quarantine ?? "",
  };
}

/**
 * Compares a warehouse that something bad happened to with what an undisturbed load of the same files makes, and looks
 * for what was left behind. Sessions of the dead may take a while to end; what is there after that is stuck.
 *
 * @param recoverySeconds from when things were well again until the work was complete; null where nothing had to recover
 */
export async function judge(
  url: string,
  expected: Contents,
  recoverySeconds: number | null,
): Promise<Verdict> {
  const contents = await contentsOf(url);
  const isLate = recoverySeconds !== null && recoverySeconds > RECOVERY_SECONDS;
  return {
    lost: surplus(expected.facts, contents.facts) + surplus(expected.versions, contents.versions),
    doubled: surplus(contents.facts, expected.facts) + surplus(contents.versions, expected.versions),
    stuck: [
      ...differences(expected, contents),
      ...(await openRuns(url)),
      ...(await disagreements(url)),
      ...(await leftBehind(url)),
      ...(isLate ? [`it took ${recoverySeconds.toFixed(1)} s to recover`] : []),
    ],
    recoverySeconds,
  };
}

/** How many of `these` are not among `those`; each counts as often as it is there. */
function surplus(these: readonly string[], those: readonly string[]): number {
  const left = new Map<string, number>();
  for (const one of those) left.set(one, (left.get(one) ?? 0) + 1);
  let missing = 0;
  for (const one of these) {
    const count = left.get(one) ?? 0;
    if (count === 0) missing += 1;
    else left.set(one, count - 1);
  }
  return missing;
}

function differences(expected: Contents, { amount, answers, quarantine }: Contents): string[] {
  const views = Object.keys(expected.answers).filter((view) => answers[view] !== expected.answers[view]);
  return [
    ...views.map((view) => `the answer ${view} is wrong`),
    ...(amount === expected.amount ? [] : [`the amounts are ${amount} in all, not ${expected.amount}`]),
    ...(quarantine === expected.quarantine
      ? []
      : [`in quarantine: ${quarantine}, not ${expected.quarantine}`]),
  ];
}

async function openRuns(url: string): Promise<string[]> {
  const open = await query<{ what: string }>(
    url,
    `SELECT 'run ' || run_id || ' is still running' AS what FROM operations.runs WHERE status = 'running'
     UNION ALL
     SELECT 'step ' || name || ' of run ' || run_id || ' is still running'
     FROM operations.run_steps WHERE status = 'running'`,
  );
  return open.map(({ what }) => what);
}

/** What `verify` finds, which is nothing at any commit. */
export async function disagreements(url: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1, options: "-c timezone=UTC" });
  try {
    const { differences: found } = await verifyWarehouse(pool);
    return found.map((difference) => `verify: ${JSON.stringify(difference)}`);
  } finally {
    await pool.end();
  }
}

async function leftBehind(url: string): Promise<string[]> {
  const tooLate = AbortSignal.timeout(RECOVERY_SECONDS * 1000);
  for (;;) {
    const left = await leftovers(url);
    if (left.length === 0 || tooLate.aborted) return left.map((one) => `left behind: ${JSON.stringify(one)}`);
    await pause(50);
  }
}
