import type { ClientBase } from "pg";
import type { Check } from "./check.ts";
import { lastResults } from "./keepResults.ts";
import type { Finding } from "./modelChecks.ts";

/**
 * What came of checks of records when their source was last read, by their names; nothing of one that was not made yet. Only loads
 * keep such results.
 */
export async function recordFindings(
  client: ClientBase,
  checks: readonly Check[],
): Promise<ReadonlyMap<string, Finding>> {
  const results = await lastResults(
    client,
    checks.filter(({ on }) => on === "records"),
  );
  return new Map(
    results.map(({ name, runId, failures, observed }) => [
      name,
      { failures, observed: `${observed} (run ${runId})` },
    ]),
  );
}
