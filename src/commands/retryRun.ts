import { loggedRange } from "../../jobs/backfillRange.ts";
import { CHECKS, INGEST, REPLAY } from "../../jobs/jobNames.ts";
import { SCHEDULED_JOBS } from "../../jobs/scheduledJobs.ts";
import type { Run } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import type { IngestCommandOptions } from "./ingestUsage.ts";

/** A run's parameters, as it was logged with, but for its range. */
interface Parameters {
  readonly files?: readonly string[];
  /** A layer, or parts of the pipeline. */
  readonly select?: string | readonly string[];
  readonly as_of?: string;
  readonly full_refresh?: boolean;
  readonly allow_missing?: boolean;
  readonly reasons?: readonly string[];
  readonly checks?: readonly string[];
}

/** `runs retry`: does once more what a run was asked to do, as a run of its own. */
export async function retryRunCommand(runId: number, json: boolean): Promise<void> {
  const context = commandContext();
  const run = await withDatabase(context, "read", async (database) =>
    (await database.prisma()).run.findUnique({ where: { runId } }),
  );
  if (run === null)
    throw new TillhouseError(
      "usage_invalid",
      `There is no run ${runId}. The latest are shown by: npm run runs`,
    );
  const { again, words } = howAgain(run, json);
  context.logger.info(`run ${runId} once more: ${visible(words.join(" "))}`);
  await again();
}

/** The command that does the same, and how one would give it by hand. */
function howAgain(run: Run, json: boolean): { again: () => Promise<void>; words: readonly string[] } {
  const parameters = run.parameters as Parameters;
  if (run.job === INGEST) {
    const options = {
      ...ingestOptions(parameters),
      ...loggedRange(run.parameters as Readonly<Record<string, unknown>>),
    };
    return {
      again: async () => (await import("./ingest.ts")).ingestCommand({ ...options, json }),
      words: ["npm run job:ingest", ...wordsOf(options)],
    };
  }
  if (run.job === REPLAY) {
    const reason = parameters.reasons ?? [];
    return {
      again: async () => (await import("./replay.ts")).replayCommand({ reason, json }),
      words: ["npm run replay", ...wordsOf({ reason })],
    };
  }
  if (run.job === CHECKS) {
    const select = parameters.checks ?? [];
    return {
      again: async () => (await import("./checks.ts")).checksCommand({ select, json }),
      words: ["npm run checks", ...wordsOf({ select })],
    };
  }
  if (SCHEDULED_JOBS.some(({ name }) => name === run.job)) {
    return {
      again: async () => (await import("./job.ts")).jobCommand(run.job, { json }),
      words: [`npm run job:${run.job}`],
    };
  }
  throw new TillhouseError(
    "usage_invalid",
    `Run ${run.runId} is of ${run.job}: only loads, replays, checks and the daemon's jobs are run again.`,
    { job: run.job },
  );
}

function ingestOptions(parameters: Parameters): IngestCommandOptions {
  return {
    file: parameters.files ?? [],
    select: [parameters.select ?? []].flat(),
    ...(parameters.as_of !== undefined && { asOf: parameters.as_of }),
    ...(parameters.full_refresh === true && { fullRefresh: true }),
    ...(parameters.allow_missing === true && { allowMissing: true }),
  };
}

/** Options as they are written on the command line, after `--` if there are any. */
function wordsOf(options: object): string[] {
  const words = Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return [value].flat().map((one) => (one === true ? option : `${option} ${quoted(String(one))}`));
  });
  return words.length === 0 ? [] : ["--", ...words];
}

/** As a shell takes it for one word. */
const quoted = (word: string): string =>
  /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
