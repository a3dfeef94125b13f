import { jobPlans, type JobPlan } from "../jobs/jobPlans.ts";
import { SCHEDULED_JOBS } from "../jobs/scheduledJobs.ts";
import { answerAsCsv } from "./aggregation/answerAsCsv.ts";
import { ANSWERS, PERFORMANCE_VIEWS, readViews, type AnswerView } from "./aggregation/answers.ts";
import type { Config } from "./config/loadConfig.ts";
import type { Database } from "./database/openDatabase.ts";
import type { Clock } from "./lib/clock.ts";
import { lastResults } from "./quality/checks/keepResults.ts";
import { loadChecks } from "./quality/checks/loadChecks.ts";
import type { JobState } from "./runs/jobState.ts";
import { listAlerts } from "./scheduling/alerts/listAlerts.ts";
import { readSchedules } from "./scheduling/jobSchedules.ts";
import { clientOf, poolOf } from "./web/reading/database.ts";
import type { PageJob, PageSource, ViewShape } from "./web/reading/pageSource.ts";

export interface PageSourceOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Undefined until it is open. */
  readonly database: () => Database | undefined;
  /** Undefined until there is a schedule. */
  readonly jobs: () => readonly JobState[] | undefined;
}

/** More open alerts than a page is to show. */
const MOST_ALERTS = 50;
const SHOWN_DUE_TIMES = 5;

/** What the pages of the daemon are made of, taken from every part of the program. */
export function pageSource({ config, clock, database, jobs }: PageSourceOptions): PageSource {
  const source: PageSource = {
    ...{ clock, jobs },
    client: () => database()?.prisma(),
    pool: () => database()?.readers(),
    answers: shapesOf(ANSWERS),
    otherViews: shapesOf(PERFORMANCE_VIEWS),
    readViews: async (names) => readViews(await clientOf(source), names),
    asCsv: (view, rows) => answerAsCsv(view.columns, rows),
    // The file is read anew: it may be edited while the daemon runs.
    checks: async () => lastResults(poolOf(source), await loadChecks(config)),
    alerts: () => listAlerts(poolOf(source), { all: false, limit: MOST_ALERTS }),
    schedule: async () => {
      const standings = await readSchedules(poolOf(source));
      return jobPlans(config, standings, clock.now(), SHOWN_DUE_TIMES).map((plan) => pageJob(plan, config));
    },
  };
  return source;
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
