import { jobPlans, type JobPlan } from "../jobs/jobPlans.ts";
import { SCHEDULED_JOBS } from "../jobs/scheduledJobs.ts";
import { answerAsCsv } from "./aggregation/answerAsCsv.ts";
import { ANSWERS, PERFORMANCE_VIEWS, readViewsBeside, type AnswerView } from "./aggregation/answers.ts";
import type { Config } from "./config/loadConfig.ts";
import type { Prisma } from "./database/generated/client.ts";
import type { Database } from "./database/openDatabase.ts";
import { behindText } from "./database/replica/replicaStanding.ts";
import type { Clock } from "./lib/clock.ts";
import { TillhouseError } from "./lib/errors.ts";
import { lastResults } from "./quality/checks/keepResults.ts";
import { loadChecks } from "./quality/checks/loadChecks.ts";
import type { JobState } from "./runs/jobState.ts";
import { listAlerts } from "./scheduling/alerts/listAlerts.ts";
import { readSchedules } from "./scheduling/jobSchedules.ts";
import { clientOf, poolOf } from "./web/reading/database.ts";
import type { ReplicaFinding } from "./web/readiness/replicaCheck.ts";
import type { PageJob, PageSource, ReadViews, ViewShape } from "./web/reading/source.ts";

export interface PageSourceOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** The replica where there is one; undefined until it is open. */
  readonly database: () => Database | undefined;
  /** How that replica stands; undefined where there is none. */
  readonly checkReplica?: (() => Promise<ReplicaFinding>) | undefined;
  /** Undefined until there is a schedule. */
  readonly jobs: () => readonly JobState[] | undefined;
}

/** More open alerts than a page is to show. */
const MOST_ALERTS = 50;
const SHOWN_DUE_TIMES = 5;
/** Views that a page reads are answered from rollups; one that takes longer is given up. */
const LONGEST_MS = 10_000;

/** What the pages of the daemon are made of, taken from every part of the program. */
export function pageSource(options: PageSourceOptions): PageSource {
  const { config, clock, database, checkReplica, jobs } = options;
  const source: PageSource = {
    ...{ clock, jobs },
    behind: async () => {
      if (checkReplica === undefined) return undefined;
      const { code, message = "", standing } = await checkReplica();
      if (code === "replica_unusable") throw new TillhouseError(code, message);
      return standing && behindText(standing);
    },
    client: () => database()?.prisma(),
    pool: () => database()?.readers(),
    answers: shapesOf(ANSWERS),
    otherViews: shapesOf(PERFORMANCE_VIEWS),
    readViews: async (names) => {
      const { answers, beside } = await readViewsBeside(await clientOf(source), names, readUpTo, LONGEST_MS);
      return { rows: answers, upTo: beside };
    },
    asCsv: (view, rows) => answerAsCsv(view.columns, rows),
    // The file is read anew: it may be edited while the daemon runs.
    checks: async () => {
      try {
        return { results: await lastResults(poolOf(source), await loadChecks(config)), problem: undefined };
      } catch (error) {
        if (error instanceof TillhouseError && error.code === "config_invalid")
          return { results: [], problem: error.message };
        throw error;
      }
    },
    alerts: async () => listAlerts(poolOf(source), { all: false, limit: MOST_ALERTS }),
    schedule: async () => {
      const standings = await readSchedules(poolOf(source));
      return jobPlans(config, standings, clock.now(), SHOWN_DUE_TIMES).map((plan) => pageJob(plan, config));
    },
  };
  return source;
}

/** The newest run that changed what views show, as a snapshot has it. */
async function readUpTo(client: Prisma.TransactionClient): Promise<ReadViews["upTo"]> {
  const run = await client.run.findFirst({
    select: { runId: true, heartbeatAt: true, finishedAt: true },
    where: {
      status: { not: "undone" },
      OR: [{ loaded: { gt: 0 } }, { corrected: { gt: 0 } }, { resolved: { gt: 0 } }],
    },
    orderBy: { runId: "desc" },
  });
  if (run === null) return undefined;
  const mark = await client.watermark.findUnique({ where: { source: "transactions" } });
  return { runId: run.runId, at: run.finishedAt ?? run.heartbeatAt, watermark: mark?.watermark ?? null };
}

function shapesOf(views: Readonly<Record<string, AnswerView>>): ViewShape[] {
  return Object.entries(views).map(([name, { title, definition, columns }]) => ({
    ...{ name, title, definition },
    columns: Object.keys(columns),
  }));
}

function pageJob({ name, cron, timezone, times, next, standing }: JobPlan, config: Config): PageJob {
  return {
    ...{ name, cron, timezone },
    catchUp: SCHEDULED_JOBS.find((job) => job.name === name)?.catchUp(config) ?? "last",
    next: next.map(({ at, isSkipped, isRepeated }) => ({
      at,
      local: times.wallClock(at),
      clocks: isSkipped ? "skipped" : isRepeated ? "repeated" : null,
    })),
    pausedAt: standing?.pausedAt ?? null,
    waiting: standing?.open ?? [],
    latest: standing?.latest,
  };
}
