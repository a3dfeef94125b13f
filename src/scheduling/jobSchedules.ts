import type pg from "pg";
import type { CatchUp } from "../config/catchUp.ts";
import type { SlotState } from "../database/generated/enums.ts";
import { withPooledTransaction } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { cronTimes, type CronTimes } from "./cronTimes.ts";
import {
  IN_TIME_MS,
  MOST_CAUGHT_UP,
  nothingPlanned,
  plan,
  stretch,
  type Passed,
  type Planned,
} from "./plan.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const addSchedule = sql("addSchedule");
const lockSchedule = sql("lockSchedule");
const keepSchedule = sql("keepSchedule");
const addSlots = sql("addSlots");
const notePassed = sql("notePassed");
const passLate = sql("passLate");
const passBeyond = sql("passBeyond");
const openSlotsSql = sql("openSlots");
const readSchedulesSql = sql("readSchedules");

/** A job, and when it is due. */
export interface JobSchedule {
  readonly name: string;
  /** A cron expression in `timezone`. */
  readonly cron: string;
  readonly timezone: string;
}

/** How due times are accounted for. */
export interface Accounting {
  readonly catchUp: CatchUp;
  /** Whether an expression that differs from what is kept takes its place: that of the daemon that was started last counts. */
  readonly mayEdit: boolean;
  /** Whether a clock that is far behind what was accounted for is taken for right. */
  readonly isClockSure: boolean;
}

/** What was found when the due times of a job were accounted for. */
export interface Accounted extends Planned {
  readonly isPaused: boolean;
  /** What it is due by from here on. */
  readonly by: JobSchedule;
  /** What it was due by before, where that was something else. */
  readonly edited: { readonly cron: string; readonly timezone: string } | undefined;
}

interface LockedSchedule {
  readonly cron: string;
  readonly timezone: string;
  readonly accounted_through: Date;
  readonly paused_at: Date | null;
}

/**
 * Makes a slot of every due time of a job that has come and is to be run for, and notes which passed. Any process may ask, and
 * more than one at once: each due time is accounted for by one of them. An expression that was edited counts from now on; up to
 * here it is due by what it was.
 */
export function account(
  pool: pg.Pool,
  schedule: JobSchedule,
  now: Date,
  { catchUp, mayEdit, isClockSure }: Accounting,
): Promise<Accounted> {
  const job = schedule.name;
  return withPooledTransaction(pool, async (client) => {
    const known = await lockedSchedule(client, schedule, now);
    const times = timesOf(known);
    const differs = known.cron !== schedule.cron || known.timezone !== schedule.timezone;
    const isEdited = differs && (mayEdit || times === undefined);
    const isPaused = known.paused_at !== null;
    // Those of a pause are noted at its end.
    const planned =
      isPaused || times === undefined
        ? nothingPlanned(isPaused ? known.accounted_through : now)
        : await settle(client, job, plan(times, known.accounted_through, now, catchUp, isClockSure), now);
    const { cron, timezone } = isEdited ? schedule : known;
    if (isEdited || planned.accountedThrough.getTime() !== known.accounted_through.getTime())
      await keep(client, job, { ...known, cron, timezone, accounted_through: planned.accountedThrough }, now);
    await passWhatIsLate(client, job, catchUp, now);
    return {
      ...planned,
      isPaused,
      by: { name: job, cron, timezone },
      edited: isEdited ? { cron: known.cron, timezone: known.timezone } : undefined,
    };
  });
}

/** Undefined where this Node cannot read what another one could: a time zone that it does not know. */
function timesOf({ cron, timezone }: LockedSchedule): CronTimes | undefined {
  try {
    return cronTimes(cron, timezone);
  } catch {
    return undefined;
  }
}

/** Makes slots of what is due, and notes what passed. */
async function settle(client: pg.ClientBase, job: string, planned: Planned, now: Date): Promise<Planned> {
  const { due, passed } = planned;
  if (due.length > 0)
    await addSlots.run(client, {
      ...{ job, due_at: due.map((at) => at.toISOString()), now: now.toISOString() },
    });
  if (passed !== undefined) await noteStretch(client, job, passed, "missed", now);
  return planned;
}

/** What was due in time, and could not be run for then: another run was at work for hours. */
async function passWhatIsLate(
  client: pg.ClientBase,
  job: string,
  catchUp: CatchUp,
  now: Date,
): Promise<void> {
  const before = new Date(now.getTime() - IN_TIME_MS).toISOString();
  if (catchUp === "none") await passLate.run(client, { job, before, now: now.toISOString() });
  if (catchUp === "all") await passBeyond.run(client, { job, most: MOST_CAUGHT_UP, now: now.toISOString() });
}

async function keep(client: pg.ClientBase, job: string, schedule: LockedSchedule, now: Date): Promise<void> {
  const { cron, timezone, accounted_through: through, paused_at: pausedAt } = schedule;
  await keepSchedule.run(client, {
    ...{ job, cron, timezone, now: now.toISOString() },
    accounted_through: through.toISOString(),
    paused_at: pausedAt?.toISOString() ?? null,
  });
}

async function noteStretch(
  client: pg.ClientBase,
  job: string,
  { first, last, times }: Passed,
  reason: "missed" | "paused",
  now: Date,
): Promise<void> {
  await notePassed.run(client, {
    ...{ job, reason, times, now: now.toISOString() },
    first_due_at: first.toISOString(),
    last_due_at: last.toISOString(),
  });
}

/** A due time that a run is to be begun for, at once or from a moment on. */
export interface OpenSlot {
  readonly dueAt: Date;
  readonly notBefore: Date | null;
}

/** The due times of a job that nobody has run for to the end, oldest first; none while it is paused. */
export async function openSlots(pool: pg.Pool, job: string): Promise<OpenSlot[]> {
  const { rows } = await openSlotsSql.run<{ due_at: Date; not_before: Date | null }>(pool, { job });
  return rows.map((row) => ({ dueAt: row.due_at, notBefore: row.not_before }));
}

/**
 * Pauses a job: what comes due passes, until it is resumed. A run that is at work goes on.
 *
 * @returns since when it is paused
 */
export function pause(pool: pg.Pool, schedule: JobSchedule, catchUp: CatchUp, now: Date): Promise<Date> {
  return withPooledTransaction(pool, async (client) => {
    const known = await lockedSchedule(client, schedule, now);
    if (known.paused_at !== null) return known.paused_at;
    // What is due by now is run for when it is resumed.
    const planned = plan(cronTimes(known.cron, known.timezone), known.accounted_through, now, catchUp);
    const { accountedThrough } = await settle(client, schedule.name, planned, now);
    await keep(client, schedule.name, { ...known, accounted_through: accountedThrough, paused_at: now }, now);
    return now;
  });
}

/**
 * Ends the pause of a job.
 *
 * @returns the due times that passed in it; undefined where it was not paused
 */
export function resume(
  pool: pg.Pool,
  schedule: JobSchedule,
  now: Date,
): Promise<{ readonly pausedAt: Date; readonly passed: Passed | undefined } | undefined> {
  return withPooledTransaction(pool, async (client) => {
    const known = await lockedSchedule(client, schedule, now);
    if (known.paused_at === null) return undefined;
    const passed = stretch(cronTimes(known.cron, known.timezone), known.accounted_through, now);
    if (passed !== undefined) await noteStretch(client, schedule.name, passed, "paused", now);
    const through = now > known.accounted_through ? now : known.accounted_through;
    await keep(client, schedule.name, { ...known, accounted_through: through, paused_at: null }, now);
    return { pausedAt: known.paused_at, passed };
  });
}

async function lockedSchedule(
  client: pg.ClientBase,
  { name, cron, timezone }: JobSchedule,
  now: Date,
): Promise<LockedSchedule> {
  await addSchedule.run(client, { job: name, cron, timezone, now: now.toISOString() });
  return onlyRow(await lockSchedule.run<LockedSchedule & pg.QueryResultRow>(client, { job: name }));
}

/** How a job stands that daemons have run. */
export interface ScheduleStanding {
  readonly job: string;
  readonly pausedAt: Date | null;
  readonly accountedThrough: Date;
  /** Due times that nobody has run for to the end. */
  readonly open: readonly {
    readonly dueAt: Date;
    readonly attempts: number;
    readonly notBefore: Date | null;
  }[];
  /** The latest one whose run has ended for good. */
  readonly latest:
    { readonly dueAt: Date; readonly state: SlotState; readonly runId: number | null } | undefined;
}

interface StandingRow extends pg.QueryResultRow {
  readonly job: string;
  readonly accounted_through: Date;
  readonly paused_at: Date | null;
  readonly open: readonly {
    readonly due_at: string;
    readonly attempts: number;
    readonly not_before: string | null;
  }[];
  readonly latest_due_at: Date | null;
  readonly latest_state: SlotState | null;
  readonly latest_run_id: number | null;
}

/** How every job stands that daemons have run. */
export async function readSchedules(pool: pg.Pool): Promise<ScheduleStanding[]> {
  const { rows } = await readSchedulesSql.run<StandingRow>(pool);
  return rows.map((row) => ({
    job: row.job,
    pausedAt: row.paused_at,
    accountedThrough: row.accounted_through,
    open: row.open.map((slot) => ({
      dueAt: new Date(slot.due_at),
      attempts: slot.attempts,
      notBefore: slot.not_before === null ? null : new Date(slot.not_before),
    })),
    latest:
      row.latest_due_at === null || row.latest_state === null
        ? undefined
        : { dueAt: row.latest_due_at, state: row.latest_state, runId: row.latest_run_id },
  }));
}
