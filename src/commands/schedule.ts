import { jobPlans, scheduleOf, type JobPlan } from "../../jobs/jobPlans.ts";
import { jobNamed } from "../../jobs/scheduledJobs.ts";
import { TillhouseError } from "../lib/errors.ts";
import { publicMessage } from "../lib/publicError.ts";
import type { DueTime } from "../scheduling/cronTimes.ts";
import { pause, readSchedules, resume, type ScheduleStanding } from "../scheduling/jobSchedules.ts";
import { timeText } from "../lib/timeText.ts";
import { commandContext, withDatabase, type CommandContext } from "./commandContext.ts";
import { print, printJson, printTable } from "./output.ts";

export interface ScheduleOptions {
  readonly json?: boolean;
  /** How many due times of each job. */
  readonly limit: number;
}

/**
 * `schedule`: when each job is due next, which of those times a clock change skips or repeats, and how each stands. Where the
 * database cannot be asked, the times are shown alone.
 */
export async function scheduleCommand({ json, limit }: ScheduleOptions): Promise<void> {
  const context = commandContext();
  const now = context.clock.now();
  const standings = await readStandings(context);
  const jobs = jobPlans(context.config, standings, now, limit);
  if (json === true) {
    printJson({ jobs: jobs.map(asJson), known: standings !== undefined });
    return;
  }
  for (const job of jobs) await printJob(job);
  if (standings === undefined) print("Whether a job is paused, or one waits, is not known: see above.");
}

/** `schedule pause`: from now on, what comes due of a job passes. */
export async function pauseCommand(name: string, { json }: { json?: boolean }): Promise<void> {
  const job = jobNamed(name);
  const context = commandContext();
  const { config, clock } = context;
  const pausedAt = await withDatabase(context, "load", ({ pool }) =>
    pause(pool, scheduleOf(job, config), job.catchUp(config), clock.now()),
  );
  if (json === true) printJson({ job: name, paused_at: pausedAt.toISOString() });
  else
    print(
      `${name} is paused since ${timeText(pausedAt)} UTC. A run at work goes on; what comes due from here on passes.\nTo resume it: npm run schedule -- resume ${name}`,
    );
}

/** `schedule resume`: ends the pause of a job. */
export async function resumeCommand(name: string, { json }: { json?: boolean }): Promise<void> {
  const job = jobNamed(name);
  const context = commandContext();
  const resumed = await withDatabase(context, "load", ({ pool }) =>
    resume(pool, scheduleOf(job, context.config), context.clock.now()),
  );
  const times = resumed?.passed?.times ?? 0;
  if (json === true)
    printJson({ job: name, was_paused_at: resumed?.pausedAt.toISOString() ?? null, passed: times });
  else if (resumed === undefined) print(`${name} was not paused.`);
  else
    print(
      `${name} is resumed. ${times === 1 ? "One due time" : `${times} due times`} passed since ${timeText(resumed.pausedAt)} UTC.`,
    );
}

async function readStandings(context: CommandContext): Promise<ScheduleStanding[] | undefined> {
  try {
    return await withDatabase(context, "read", ({ pool }) => readSchedules(pool));
  } catch (error) {
    if (error instanceof TillhouseError && error.code === "run_stopped") throw error;
    context.logger.warn(`how the jobs stand cannot be asked: ${publicMessage(error)}`);
    return undefined;
  }
}

function asJson({ name, cron, timezone, times, next, standing }: JobPlan): Record<string, unknown> {
  const latest = standing?.latest;
  return {
    ...{ job: name, cron, timezone },
    paused_at: standing?.pausedAt?.toISOString() ?? null,
    waiting: (standing?.open ?? []).map(({ dueAt, attempts, notBefore }) => ({
      due_at: dueAt.toISOString(),
      attempts,
      not_before: notBefore?.toISOString() ?? null,
    })),
    last:
      latest === undefined
        ? null
        : { due_at: latest.dueAt.toISOString(), state: latest.state, run_id: latest.runId },
    next: next.map((due) => ({
      at: due.at,
      local: times.wallClock(due.at),
      clocks: due.isSkipped ? "skipped" : due.isRepeated ? "repeated" : null,
    })),
  };
}

async function printJob({ name, cron, timezone, times, next, standing }: JobPlan): Promise<void> {
  print(`${name}: ${cron} in ${timezone}`);
  if (standing !== undefined) for (const line of linesOn(standing)) print(line);
  if (next.length === 0) print("It is not due within 40 years.");
  else
    await printTable(
      ["local time", "UTC", ""],
      next.map((due) => [times.wallClock(due.at), due.at.toISOString().replace(".000", ""), remarkOf(due)]),
    );
}

function linesOn({ job, pausedAt, open, latest }: ScheduleStanding): string[] {
  return [
    ...(pausedAt === null
      ? []
      : [`Paused since ${timeText(pausedAt)} UTC. To resume it: npm run schedule -- resume ${job}`]),
    ...open.map(({ dueAt, attempts, notBefore }) => {
      const again = notBefore === null ? "" : `, again from ${timeText(notBefore)} UTC on`;
      const tried =
        attempts === 0 ? "no run yet" : `${attempts === 1 ? "one run" : `${attempts} runs`} so far`;
      return `Waiting: due at ${timeText(dueAt)} UTC, ${tried}${again}.`;
    }),
    ...(latest === undefined
      ? []
      : [`Last: due at ${timeText(latest.dueAt)} UTC, ${latest.state}${ofRun(latest.runId)}.`]),
  ];
}

const ofRun = (runId: number | null): string => (runId === null ? "" : ` (run ${runId})`);

function remarkOf({ isSkipped, isRepeated }: DueTime): string | null {
  if (isSkipped) return "the clocks skip its time: due when they do";
  return isRepeated ? "the clocks show it twice" : null;
}
