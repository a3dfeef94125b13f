import type { JobState } from "../../runs/jobState.ts";
import { failed, type Finding } from "./finding.ts";

/** A job of the schedule, as it is told. */
interface JobFinding {
  readonly job: string;
  readonly state: "starting" | "idle" | "paused" | "running" | "waiting" | "away" | "late" | "overdue";
  readonly next: string | null;
  readonly since: string | null;
}

export interface ScheduleFinding extends Finding {
  readonly jobs?: readonly JobFinding[];
}

/** There is looked every few seconds. A due time that nobody has noticed for so long has been forgotten. */
const LATE_MS = 120_000;
/** One that has waited for so long is overdue: another run does not end, or none gets through. */
const OVERDUE_MS = 3_600_000;
/** Whether it may run at all, a run knows within this. */
const BEGINNING_MS = 10_000;

/** Whether what is due is noticed and run for. Of a job that is paused nothing is expected. */
export function scheduleFinding(jobs: readonly JobState[] | undefined, now: Date): ScheduleFinding {
  if (jobs === undefined) return failed("starting", "The schedule begins when the database is open.");
  const isBusy = jobs.some(({ runningSince }) => ageOf(runningSince, now) > BEGINNING_MS);
  const found = jobs.map((job) => ({ job: job.job, ...standing(job, now, isBusy) }));
  const [finding] = found.flatMap(({ state }) => BAD[state] ?? []);
  return { ...(finding ?? { status: "ok" }), jobs: found };
}

const BAD: Readonly<Partial<Record<JobFinding["state"], Finding>>> = {
  starting: failed("starting", "It is not known yet when each job is due."),
  away: failed("schedule_away", "Due times cannot be asked for: the database is away."),
  late: failed("schedule_late", "A due time has come and nobody has noticed. Restart the daemon."),
  overdue: failed(
    "schedule_overdue",
    "A due time has waited for more than an hour. See: npm run schedule, and npm run runs",
  ),
};

const ageOf = (since: Date | undefined, now: Date): number =>
  since === undefined ? 0 : now.getTime() - since.getTime();

/** @param isBusy a run of one of the jobs is at work: the others may have to wait for it, however long it takes */
function standing(job: JobState, now: Date, isBusy: boolean): Omit<JobFinding, "job"> {
  const { accountedThrough, runningSince, waitingSince } = job;
  const age = (since: Date | undefined): number => ageOf(since, now);
  const is = (state: JobFinding["state"], since?: Date): Omit<JobFinding, "job"> => ({
    ...{ state, next: job.next?.toISOString() ?? null, since: since?.toISOString() ?? null },
  });
  if (runningSince !== undefined && age(runningSince) > BEGINNING_MS) return is("running", runningSince);
  if (job.isAway) return is("away", waitingSince);
  if (age(waitingSince) > OVERDUE_MS && !isBusy) return is("overdue", waitingSince);
  if (runningSince !== undefined) return is("running", runningSince);
  if (accountedThrough === undefined) return is("starting");
  if (job.isPaused) return is("paused");
  if (age(job.next) > LATE_MS) return is("late", job.next);
  return waitingSince === undefined ? is("idle") : is("waiting", waitingSince);
}
