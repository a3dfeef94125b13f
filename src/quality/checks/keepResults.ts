import type { ClientBase, Pool } from "pg";
import { sqlFile } from "../../database/sqlFile.ts";
import type { Check, CheckResult } from "./check.ts";

const keepResultsSql = sqlFile(new URL("./keepResults.sql", import.meta.url));
const lastResultsSql = sqlFile(new URL("./lastResults.sql", import.meta.url));

/** Keeps what came of checks with the run that judged them. All of them are of one moment. */
export async function keepResults(
  pool: Pick<Pool | ClientBase, "query">,
  runId: number,
  results: readonly CheckResult[],
): Promise<void> {
  const [first] = results;
  if (first === undefined) return;
  await keepResultsSql.run(pool, {
    run_id: runId,
    names: results.map(({ name }) => name),
    subjects: results.map(({ subject }) => subject),
    columns: results.map(({ column }) => column),
    kinds: results.map(({ kind }) => kind),
    severities: results.map(({ severity }) => severity),
    statuses: results.map(({ status }) => status),
    failures: results.map(({ failures }) => failures),
    observed: results.map(({ observed }) => observed),
    expected: results.map(({ expected }) => expected),
    checked_at: first.checkedAt.toISOString(),
  });
}

/** A result with the run that judged it. */
export interface KeptResult extends CheckResult {
  readonly runId: number;
}

interface ResultRow extends Omit<CheckResult, "failures" | "checkedAt">, Record<string, unknown> {
  readonly run_id: number;
  readonly failures: string;
  readonly checked_at: Date;
}

/** What came of checks when they were last judged, by whatever run that stands; in their order, without those that never were. */
export async function lastResults(
  pool: Pick<Pool | ClientBase, "query">,
  checks: readonly Pick<Check, "name">[],
): Promise<readonly KeptResult[]> {
  const names = checks.map(({ name }) => name);
  const { rows } = await lastResultsSql.run<ResultRow>(pool, { names });
  const kept = new Map(
    rows.map(({ run_id: runId, failures, checked_at: checkedAt, ...row }): [string, KeptResult] => [
      row.name,
      { ...row, runId, failures: Number(failures), checkedAt },
    ]),
  );
  return names.flatMap((name) => kept.get(name) ?? []);
}
