import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { Truth } from "../../src/generator/truth.ts";
import { run, runForJson } from "./programs.ts";
import { query, type Workplace } from "./workplace.ts";

/** Fills DATA_DIR with generated files, and gives what must come out of them; `defects` are further options. */
export async function addGeneratedFiles(
  { dataDir }: Pick<Workplace, "dataDir">,
  rows: number,
  seed = 1,
  defects: readonly string[] = [],
): Promise<Truth> {
  const args = ["generate", "--rows", String(rows), "--seed", String(seed), "--out", dataDir, "--truth"];
  const { exitCode, stderr } = await run([...args, ...defects]);
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(await readFile(join(dataDir, "truth.json"), "utf8")) as Truth;
}

/** Every row once and nothing else, the right answers, nothing that disagrees, and no run that seems to go on. */
export async function expectTruth(
  truth: Truth,
  place: Pick<Workplace, "environment">,
  url: string,
): Promise<void> {
  const [facts] = await query(
    url,
    `SELECT count(*)::integer AS transactions, count(DISTINCT transaction_id)::integer AS ids,
            (sum(amount) * 100)::bigint::text AS amount_cents
     FROM ingestion_layer.fct_transactions`,
  );
  const { transactions, amount_cents } = truth.valid;
  expect(facts).toEqual({ transactions, ids: transactions, amount_cents });
  await expect(runForJson(["verify", "--json"], place.environment)).resolves.toMatchObject({
    status: "verified",
  });
  const answers = await runForJson(["answers", "--format", "json"], place.environment);
  expect(truth.answers).toMatchObject(answers as Record<string, unknown>);
  expect(await query(url, "SELECT run_id FROM operations.runs WHERE status = 'running'")).toEqual([]);
  expect(await query(url, "SELECT run_id FROM operations.run_steps WHERE status = 'running'")).toEqual([]);
  expect(await leftovers(url)).toEqual([]);
}

/**
 * Locks, tables and transactions that a dead loader left behind in a database; the hold on the embedded server is none.
 */
export function leftovers(url: string): Promise<Record<string, unknown>[]> {
  return query(
    url,
    `SELECT 'lock' AS kind, locktype || ' ' || mode AS name FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 1953066092 AND objid = 1
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     UNION ALL
     SELECT 'staging', relname FROM pg_class WHERE relpersistence <> 'p' AND relkind = 'r'
     UNION ALL
     SELECT 'session', application_name FROM pg_stat_activity
     WHERE datname = current_database()
       AND (application_name IN ('tillhouse loader', 'tillhouse lock') OR state LIKE 'idle in transaction%')`,
  );
}
