import type { ClientBase } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import type { Check } from "./check.ts";
import type { Finding } from "./modelChecks.ts";

const recordFindingsSql = sqlFile(new URL("./recordFindings.sql", import.meta.url));

interface FindingRow extends Record<string, unknown> {
  readonly name: string;
  readonly run_id: number;
  readonly failures: string;
  readonly observed: string;
}

/** What came of checks of records when their source was last read, by their names; nothing of one that was not made yet. */
export async function recordFindings(
  client: ClientBase,
  checks: readonly Check[],
): Promise<ReadonlyMap<string, Finding>> {
  const names = checks.filter(({ on }) => on === "records").map(({ name }) => name);
  if (names.length === 0) return new Map();
  const { rows } = await recordFindingsSql.run<FindingRow>(client, { names });
  return new Map(
    rows.map(({ name, run_id: run, failures, observed }) => [
      name,
      { failures: Number(failures), observed: `${observed} (run ${run})` },
    ]),
  );
}
