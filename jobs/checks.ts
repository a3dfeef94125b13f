import { TillhouseError } from "../src/lib/errors.ts";
import type { CheckResult } from "../src/quality/checks/check.ts";
import { keepResults } from "../src/quality/checks/keepResults.ts";
import { loadChecks } from "../src/quality/checks/loadChecks.ts";
import { CHECKS_JOB } from "../src/quality/checks/recordFindings.ts";
import { runChecks } from "../src/quality/checks/runChecks.ts";
import { selectChecks } from "../src/quality/checks/selectChecks.ts";
import { asRun, type JobContext } from "./job.ts";

export interface ChecksOptions {
  /** Names of checks, models or sources; none: all checks. */
  readonly select: readonly string[];
}

/** What running the declared checks came to. */
export interface ChecksReport {
  readonly runId: number;
  readonly results: readonly CheckResult[];
  readonly durationMs: number;
  /** `check_failed` where a check of severity error found something; undefined where none did. */
  readonly failure: TillhouseError | undefined;
}

/**
 * One run of the declared checks, or of some of them, whose results are kept with it. It ends as failed when a check of severity
 * error found something.
 *
 * @throws TillhouseError `config_invalid`, `usage_invalid`, `run_locked`, `run_stopped`, `run_lock_lost`
 */
export async function checks(context: JobContext, { select }: ChecksOptions): Promise<ChecksReport> {
  const { clock, config, database, stopping } = context;
  const started = clock.monotonicMs();
  // Before a run begins: what is wrong with the file, or with what is asked, is for whoever asks.
  const asked = selectChecks(await loadChecks(config), select);
  return asRun(CHECKS_JOB, { select }, context, async ({ run }) => {
    const results = await run.step(
      "run checks",
      () => runChecks(database.pool, asked, { now: clock.now(), stopping }).catch(asStopped(stopping)),
      countsOf,
    );
    await run.step("keep results", () => keepResults(database.pool, run.runId, results));
    const durationMs = clock.monotonicMs() - started;
    return { runId: run.runId, results, durationMs, failure: failureOf(results) };
  });
}

const asStopped = (stopping: AbortSignal) => (error: unknown) => {
  if (!stopping.aborted) throw error;
  throw new TillhouseError("run_stopped", "Stopped between two checks; no result is kept.", {}, error);
};

function countsOf(results: readonly CheckResult[]): Record<CheckResult["status"], number> {
  const counts = { passed: 0, warned: 0, failed: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

function failureOf(results: readonly CheckResult[]): TillhouseError | undefined {
  const names = results.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (names.length === 0) return undefined;
  const which =
    names.length === 1
      ? `A check failed: ${names.join()}`
      : `${names.length} checks failed: ${names.join(", ")}`;
  return new TillhouseError("check_failed", `${which}. See what was found: npm run checks -- --last`, {
    names,
  });
}
