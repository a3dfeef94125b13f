import { inSnapshotOfFacts } from "../src/database/snapshot.ts";
import { TillhouseError } from "../src/lib/errors.ts";
import type { Check, CheckResult } from "../src/quality/checks/check.ts";
import { keepResults } from "../src/quality/checks/keepResults.ts";
import { loadChecks } from "../src/quality/checks/loadChecks.ts";
import { runChecks } from "../src/quality/checks/runChecks.ts";
import { selectChecks } from "../src/quality/checks/selectChecks.ts";
import type { RunLog } from "../src/runs/runLog.ts";
import { asRun, type JobContext, type JobReport } from "./job.ts";
import { CHECKS } from "./jobNames.ts";
import { withOwnSession } from "./ownSession.ts";

export interface ChecksOptions {
  /** Names of checks, models or sources; none: all checks. */
  readonly select: readonly string[];
}

/** What running the declared checks came to. */
export interface ChecksReport extends JobReport {
  readonly results: readonly CheckResult[];
  readonly durationMs: number;
  /** `check_failed` where a check of severity error found something; undefined where none did. */
  readonly failure: TillhouseError | undefined;
}

/**
 * One run of the declared checks, or of some of them, whose results are kept with it. It ends as failed when a check of severity
 * error found something. Loads go on meanwhile.
 *
 * @throws TillhouseError `config_invalid`, `usage_invalid`, `run_locked` when another such run is at work, `run_stopped`
 */
export async function checks(context: JobContext, { select }: ChecksOptions): Promise<ChecksReport> {
  const { clock, config } = context;
  const started = clock.monotonicMs();
  // Before a run begins: what is wrong with the file, or with what is asked, is for whoever asks.
  const asked = selectChecks(await loadChecks(config), select);
  return asRun(CHECKS, { checks: select }, context, async ({ run }) => {
    const judged = await judge(context, run, asked);
    return { runId: run.runId, ...judged, durationMs: clock.monotonicMs() - started };
  });
}

/**
 * Runs checks in one snapshot as a part of a run, and keeps their results with it.
 *
 * @throws TillhouseError `config_invalid` when one is about something that is not there, `run_stopped`
 */
export async function judge(
  context: JobContext,
  run: RunLog,
  asked: readonly Check[],
): Promise<Pick<ChecksReport, "results" | "failure" | "counts">> {
  const { clock, database } = context;
  const results = await run.step(
    "run checks",
    () =>
      withOwnSession(context, (client) =>
        inSnapshotOfFacts(client, () => runChecks(client, asked, { now: clock.now() })),
      ),
    countsOf,
  );
  // Those of records are the loads' own: they keep them.
  const looked = new Set(asked.filter(({ on }) => on === "records").map(({ name }) => name));
  const judged = results.filter(({ name }) => !looked.has(name));
  await run.step("keep results", () => keepResults(database.pool, run.runId, judged));
  return { results, failure: failureOf(results), counts: countsOf(results) };
}

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
