import type { ClientBase, Pool } from "pg";
import { sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { PreparedChunk } from "./prepareChunk.ts";
import type { CheckedRecords } from "./recordTally.ts";

const countChecked = sqlFile(new URL("./ledger/countChecked.sql", import.meta.url));

type Kept = "committed" | "not loaded";

/**
 * Stops a file of which a record fails a check of severity error, before anything of its chunk is written.
 *
 * @throws TillhouseError `check_failed`, whose details hold what came of the chunk's failed checks
 */
export function refuseFailed(path: string, { checked, firstLine, lastLine }: PreparedChunk): void {
  const failed = checked.filter(({ check, records }) => check.severity === "error" && records > 0);
  const [first] = failed.toSorted((left, right) => left.firstLine - right.firstLine);
  if (first === undefined) return;
  const { check, records } = first;
  const which = records === 1 ? "the only one" : `one of ${records}`;
  const others = failed.length > 1 ? `; ${failed.length - 1} other checks failed as well` : "";
  throw new TillhouseError(
    "check_failed",
    `${path}:${first.firstLine}: this record fails the check ${check.name} (${check.column}: ${check.expected}), ${which} in ` +
      `lines ${firstLine} to ${lastLine}${others}. None of these lines was loaded; what came before them is. Mend the file, or ` +
      `change the check where it is declared: with severity: warn such records are loaded and counted.`,
    { path, failed },
  );
}

/** Keeps with a run what came of the checks of records, added to what is kept of its chunks before. */
export async function keepChecked(
  client: Pick<ClientBase | Pool, "query">,
  checked: readonly CheckedRecords[],
  {
    path,
    runId,
    now,
    kept,
  }: { readonly path: string; readonly runId: number; readonly now: Date; readonly kept: Kept },
): Promise<void> {
  if (checked.length === 0) return;
  const each = <T>(pick: (one: CheckedRecords) => T): T[] => checked.map(pick);
  await countChecked.run(client, {
    run_id: runId,
    names: each(({ check }) => check.name),
    sources: each(({ check }) => check.source),
    columns: each(({ check }) => check.column),
    kinds: each(({ check }) => check.rule.kind),
    severities: each(({ check }) => check.severity),
    failures: each(({ records }) => records),
    observed: each(({ records, firstLine }) =>
      records === 0 ? "none" : `first at ${path}:${firstLine}${kept === "committed" ? "" : ", not loaded"}`,
    ),
    expected: each(({ check }) => check.expected),
    now: now.toISOString(),
  });
}

/** What failed of a chunk that was rolled back for it; nothing of another error. */
export function failedOf(error: unknown): readonly CheckedRecords[] {
  if (!(error instanceof TillhouseError) || error.code !== "check_failed") return [];
  return error.details["failed"] as readonly CheckedRecords[];
}
