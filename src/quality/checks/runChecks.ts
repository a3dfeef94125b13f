import type { ClientBase, Pool } from "pg";
import { inOneSnapshot } from "../../database/snapshot.ts";
import { readCatalogue, type Catalogue } from "./catalogue.ts";
import { statusOf, subjectOf, type Check, type CheckKind, type CheckResult } from "./check.ts";
import { checkModel, type Finding } from "./modelChecks.ts";
import { recordFindings } from "./recordFindings.ts";
import { checkLoads, type LoadsFinding } from "./sourceLoads.ts";
import { checkSums } from "./sums.ts";

/** What checks are run by. */
export interface ChecksRun {
  /** What `freshness` goes by, and when the results are of. */
  readonly now: Date;
  /** Only checks that ask this; absent: all. */
  readonly kinds?: readonly CheckKind[];
}

/**
 * Runs checks one after another, all in one snapshot, in which nothing can be written. Those of records are made by the loaders:
 * what came of them when their source was last read is looked up.
 *
 * @param pool of somebody who may read both layers and `operations`
 * @returns a result a check, in their order
 * @throws TillhouseError `config_invalid` when a check is about something that is not there
 */
export function runChecks(
  pool: Pool,
  checks: readonly Check[],
  run: ChecksRun,
): Promise<readonly CheckResult[]> {
  return inOneSnapshot(pool, (client) => checkSnapshot(client, checks, run));
}

/** The same, in a transaction of the caller's. */
export async function checkSnapshot(
  client: ClientBase,
  checks: readonly Check[],
  { now, kinds }: ChecksRun,
): Promise<readonly CheckResult[]> {
  const asked = checks.filter(({ rule }) => kinds?.includes(rule.kind) !== false);
  const catalogue = await readCatalogue(client);
  const ofRecords = await recordFindings(client, asked);
  const results: CheckResult[] = [];
  for (const check of asked)
    results.push(resultOf(check, await find(client, check, catalogue, ofRecords, now), now));
  return results;
}

async function find(
  client: ClientBase,
  check: Check,
  catalogue: Catalogue,
  ofRecords: ReadonlyMap<string, Finding>,
  now: Date,
): Promise<LoadsFinding> {
  switch (check.on) {
    case "model":
      return checkModel(client, check, catalogue);
    case "records":
      return ofRecords.get(check.name) ?? { failures: 0, observed: "no record was judged yet" };
    case "loads":
      return checkLoads(client, check, now);
    case "sums":
      return checkSums(client, check.rule.of);
  }
}

function resultOf(
  check: Check,
  { failures, observed, isWarning }: LoadsFinding,
  checkedAt: Date,
): CheckResult {
  const { name, severity, expected } = check;
  const status = statusOf(isWarning === true ? "warn" : severity, failures);
  return {
    name,
    ...subjectOf(check),
    kind: check.rule.kind,
    severity,
    status,
    failures,
    observed,
    expected,
    checkedAt,
  };
}
