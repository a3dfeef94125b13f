import type pg from "pg";
import type { CatchUp } from "../config/catchUp.ts";
import type { SlotState } from "../database/generated/enums.ts";
import { withPooledTransaction } from "../database/pool.ts";
import { onlyRow, sqlFile } from "../database/sqlFile.ts";
import { MOST_ATTEMPTS } from "../runs/dueSlot.ts";
import { cronTimes } from "./cronTimes.ts";
import { plan, stretch, wasClockWrong, type Passed, type Planned } from "./plan.ts";

const sql = (name: string) => sqlFile(new URL(`./${name}.sql`, import.meta.url));
const addSchedule = sql("addSchedule");
const lockSchedule = sql("lockSchedule");
const keepSchedule = sql("keepSchedule");
const addSlots = sql("addSlots");
const notePassed = sql("notePassed");
const giveUpSlots = sql("giveUpSlots");
const openSlotsSql = sql("openSlots");
const readSchedulesSql = sql("readSchedules");

/** A job, and when it is due. */
export interface JobSchedule {
  readonly name: string;
  /** A cron expression in `timezone`. */
  readonly cron: string;
  readonly timezone: string;
}

/** What was found when the due times of a job were accounted for. */
export interface Accounted extends Planned {
  /** Those whose runs died so often that no further one is begun. */
  readonly givenUp: readonly Date[];
  readonly isPaused: boolean;
  /** The clock was so wrong before that it is gone by from here on. */
  readonly wasClockWrong: boolean;
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
  catchUp: CatchUp,
  now: Date,
): Promise<Accounted> {
  const { name: job, cron, timezone } = schedule;
  return withPooledTransaction(pool, async (client) => {
    const known = await lockedSchedule(client, schedule, now);
    const isPaused = known.paused_at !== null;
    // Those of a pause are noted at its end.
    const planned = isPaused
      ? { due: [], passed: undefined, accountedThrough: known.accounted_through }
      : await settle(client, job, known, catchUp, now);
    const isEdited = known.cron !== cron || known.timezone !== timezone;
    if (isEdited || planned.accountedThrough.getTime() !== known.accounted_through.getTime())
      await keep(client, job, { ...known, cron, timezone, accounted_through: planned.accountedThrough }, now);
    const givenUp = await giveUpSlots.run<{ due_at: Date }>(client, {
      ...{ job, now: now.toISOString(), most_attempts: MOST_ATTEMPTS },
    });
    return {
      ...planned,
      givenUp: givenUp.rows.map(({ due_at: at }) => at),
      isPaused,
      wasClockWrong: !isPaused && wasClockWrong(known.accounted_through, now),
      edited: isEdited ? { cron: known.cron, timezone: known.timezone } : undefined,
    };
  });
}

/** Makes slots of what is due by now, and notes what passed. */
async function settle(
  client: pg.ClientBase,
  job: string,
  { cron, timezone, accounted_through: through }: LockedSchedule,
  catchUp: CatchUp,
  now: Date,
): Promise<Planned> {
  const planned = plan(cronTimes(cron, timezone), through, now, catchUp);
  const { due, passed } = planned;
  if (due.length > 0) await addSlots.run(client, { job, due_at: due.map((at) => at.toISOString()) });
  if (passed !== undefined) await noteStretch(client, job, passed, "missed", now);
  return planned;
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
    const { accountedThrough } = await settle(client, schedule.name, known, catchUp, now);
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
