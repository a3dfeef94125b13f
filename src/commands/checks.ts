import { checks } from "../../jobs/checks.ts";
import { EXIT_CODES } from "../lib/knownErrors.ts";
import type { CheckResult } from "../quality/checks/check.ts";
import { lastResults, type KeptResult } from "../quality/checks/keepResults.ts";
import { loadChecks } from "../quality/checks/loadChecks.ts";
import { selectChecks } from "../quality/checks/selectChecks.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase, type CommandContext } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";
import { runByHand } from "./runByHand.ts";

export interface ChecksCommandOptions {
  readonly json?: boolean;
  /** Names of checks, models or sources. */
  readonly select: readonly string[];
  /** Show what was kept, run nothing. */
  readonly last?: boolean;
}

/** `checks`: exit code 1 when a check of severity error found something. */
export async function checksCommand(options: ChecksCommandOptions): Promise<void> {
  const context = commandContext();
  const kept =
    options.last === true ? await keptResults(context, options) : await newResults(context, options);
  if (kept.some(({ status }) => status === "failed")) process.exitCode = EXIT_CODES.failed;
  if (options.json === true) printJson({ status: overall(kept), checks: kept.map(asJson) });
  else await printResults(kept, options.last === true);
}

async function newResults(
  context: CommandContext,
  { select }: ChecksCommandOptions,
): Promise<readonly KeptResult[]> {
  return runByHand(context, "load", "stopping; no result is kept", async (job) => {
    const { runId, results } = await checks(job, { select });
    return results.map((result) => ({ ...result, runId }));
  });
}

async function keptResults(
  context: CommandContext,
  { select }: ChecksCommandOptions,
): Promise<readonly KeptResult[]> {
  const asked = selectChecks(await loadChecks(context.config), select);
  return withDatabase(context, "answer", (database) => lastResults(database.pool, asked));
}

function overall(results: readonly CheckResult[]): CheckResult["status"] {
  const statuses = new Set(results.map(({ status }) => status));
  return statuses.has("failed") ? "failed" : statuses.has("warned") ? "warned" : "passed";
}

function asJson({ runId, checkedAt, ...result }: KeptResult): object {
  return { run_id: runId, ...result, checked_at: checkedAt };
}

async function printResults(results: readonly KeptResult[], isKept: boolean): Promise<void> {
  if (results.length === 0) {
    print("No result is kept yet. Run them: npm run checks");
    return;
  }
  const head = ["check", "severity", "status", "failures", "observed", "expected"];
  await printTable(
    isKept ? [...head, "run", "checked"] : head,
    results.map(({ name, severity, status, failures, observed, expected, runId, checkedAt }) => [
      ...[name, severity, status, failures, observed, expected],
      ...(isKept ? [runId, timeText(checkedAt)] : []),
    ]),
  );
  const count = (status: CheckResult["status"]): number =>
    results.filter((result) => result.status === status).length;
  print(`${count("passed")} passed, ${count("warned")} warned, ${count("failed")} failed.`);
}
