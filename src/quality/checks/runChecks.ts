import type { ClientBase } from "pg";
import { readCatalogue, type Catalogue } from "./catalogue.ts";
import { statusOf, subjectOf, type Check, type CheckResult } from "./check.ts";
import { checkModel, type Finding } from "./modelChecks.ts";
import { recordFindings } from "./recordFindings.ts";
import { checkLoads, type LoadsFinding } from "./sourceLoads.ts";
import { checkSums } from "./sums.ts";

/** What checks are run by. */
export interface ChecksRun {
  /** What `freshness` goes by, and when the results are of. */
  readonly now: Date;
}

/**
 * Runs checks one after another. Those of records are made by the loaders: what came of them when their source was last read is
 * looked up.
 *
 * @param client of somebody who may read both layers and `operations`, in a transaction of one snapshot
 * @returns a result a check, in their order
 * @throws TillhouseError `config_invalid` when a check is about something that is not there
 */
export async function runChecks(
  client: ClientBase,
  checks: readonly Check[],
  { now }: ChecksRun,
): Promise<readonly CheckResult[]> {
  const catalogue = await readCatalogue(client);
  const ofRecords = await recordFindings(client, checks);
  const results: CheckResult[] = [];
  for (const check of checks)
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
