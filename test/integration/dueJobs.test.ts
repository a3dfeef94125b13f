import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { asRun, type JobContext } from "../../jobs/job.ts";
import type { CatchUp } from "../../src/config/catchUp.ts";
import { pollUntil } from "../../src/database/embedded/waiting.ts";
import { systemClock, type Clock } from "../../src/lib/clock.ts";
import { TillhouseError } from "../../src/lib/errors.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { MOST_ATTEMPTS, type DueSlot } from "../../src/runs/dueSlot.ts";
import { startRun } from "../../src/runs/runLog.ts";
import { takeWarehouseLock } from "../../src/runs/warehouseLock.ts";
import { account, pause, readSchedules, resume } from "../../src/scheduling/jobSchedules.ts";
import { runWhenDue, type RunEnd } from "../../src/scheduling/runWhenDue.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { trials } from "../fixtures/trials.ts";
import { inWarehouse as within, type Warehouse } from "../fixtures/warehouse.ts";

jest.setTimeout(600_000);

const JOB = { name: "ingest", cron: "0 * * * *", timezone: "UTC" };

/** A clock that is set by hand, and ticks. */
class SetClock implements Clock {
  #origin = systemClock.monotonicMs();
  #set = Date.parse("2026-11-24T10:30Z");
  looks = 0;

  now(): Date {
    this.looks += 1;
    return new Date(this.#set + systemClock.monotonicMs() - this.#origin);
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  /** To `time` of 24 November, or with its day. */
  set(time: string): void {
    this.#set = Date.parse(time.length > 5 ? `2026-11-${time}Z` : `2026-11-24T${time}Z`);
    this.#origin = systemClock.monotonicMs();
  }
}

interface DaemonOptions {
  /** What due times are asked of; the warehouse's without. */
  readonly database?: Pick<Warehouse["database"], "pool" | "revive">;
  readonly cron?: string;
  readonly catchUp?: CatchUp;
  /** What a run does; it succeeds without. */
  readonly work?: (context: JobContext) => Promise<unknown>;
}

const running: { end(): Promise<void> }[] = [];

/** A test body that leaves no daemon behind, whatever happens. */
function inWarehouse(work: (warehouse: Warehouse) => Promise<void>): () => Promise<void> {
  return within(async (warehouse) => {
    try {
      await work(warehouse);
    } finally {
      for (const daemon of running.splice(0)) await daemon.end();
    }
  });
}

/** What runs for a job as the daemon does, until it is ended. */
function startDaemon(
  warehouse: Warehouse,
  clock: Clock,
  {
    cron = JOB.cron,
    catchUp = "last",
    work = () => Promise.resolve(),
    database = warehouse.database,
  }: DaemonOptions = {},
) {
  const logger = collectingLogger();
  const stopping = new AbortController();
  const context = warehouse.context(
    { RETRY_MS: "0" },
    { clock, logger, trigger: "schedule", stopping: stopping.signal },
  );
  const run = async (slot: DueSlot): Promise<RunEnd> => {
    try {
      await asRun(JOB.name, {}, { ...context, slot }, async () => {
        await work(context);
        return { failure: undefined };
      });
      return "succeeded";
    } catch (error) {
      const code = error instanceof TillhouseError ? error.code : "";
      return code === "run_locked" ? "locked" : code === "slot_taken" ? "taken" : "failed";
    }
  };
  const schedule = runWhenDue(
    { ...JOB, cron, catchUp, run },
    {
      ...{ ...context, database, stopping: stopping.signal },
      ...{ lookAgainMs: 20, askAgainMs: 40, clockPatienceMs: 300 },
    },
  );
  const daemon = {
    said: (text: string): number => logger.lines.filter(({ message }) => message.includes(text)).length,
    end: async () => {
      stopping.abort();
      await schedule.end();
    },
  };
  running.push(daemon);
  return daemon;
}

type Slot = readonly [due: string, state: string, attempts: number];

/** Due times by their hour and minute, or with their day where it is not 24 November. */
async function slots({ rows }: Warehouse): Promise<Slot[]> {
  const found = await rows<{ due_at: string; state: string; attempts: number }>(
    "SELECT due_at::text, state, attempts FROM operations.job_slots ORDER BY due_at",
  );
  return found.map((row) => [shortTime(row.due_at), row.state, row.attempts]);
}

const shortTime = (time: string): string =>
  time.slice(0, 16).replace("2026-11-24 ", "").replace("2026-11-", "");

async function passed({ rows }: Warehouse): Promise<unknown[]> {
  const found = await rows<{ first: string; last: string; times: string; reason: string }>(
    `SELECT first_due_at::text AS first, last_due_at::text AS last, times, reason
     FROM operations.job_slots_passed ORDER BY passed_id`,
  );
  return found.map(({ first, last, times, reason }) => [
    reason,
    shortTime(first),
    shortTime(last),
    Number(times),
  ]);
}

async function eventually(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const found = await pollUntil(async () => ((await isSo()) ? true : undefined), {
    withinMs: 20_000,
    everyMs: 20,
  });
  if (found !== true) throw new Error(`not within 20 s: ${what}`);
}

/** Waits until a slot stands so. */
async function untilSlot(warehouse: Warehouse, due: string, state: string): Promise<void> {
  await eventually(`${due} is ${state}: ${JSON.stringify(await slots(warehouse))}`, async () =>
    (await slots(warehouse)).some((slot) => slot[0] === due && slot[1] === state),
  );
}

/** Waits until it has looked a few times more. */
async function looks(clock: SetClock): Promise<void> {
  const from = clock.looks;
  await eventually("it has looked", () => clock.looks > from + 8);
}

/** Starts a daemon at 10:30, so that what is due before is none of its business, and ends it. */
async function begin(warehouse: Warehouse, clock: SetClock, options: DaemonOptions = {}): Promise<void> {
  const daemon = startDaemon(warehouse, clock, options);
  await eventually("it waits", () => daemon.said("waiting for the next run") > 0);
  await daemon.end();
}

describe("a job that is due", () => {
  test(
    "is run for once, whatever the clock does",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      const daemon = startDaemon(warehouse, clock);
      await looks(clock);
      expect(await slots(warehouse)).toEqual([]);
      clock.set("11:00");
      await untilSlot(warehouse, "11:00", "done");
      await looks(clock);
      // Asleep for three hours; then to and fro.
      clock.set("14:30");
      await untilSlot(warehouse, "14:00", "done");
      for (const time of ["13:30", "14:10", "11:31", "14:31"]) {
        clock.set(time);
        await looks(clock);
      }
      expect(await slots(warehouse)).toEqual([
        ["11:00", "done", 1],
        ["14:00", "done", 1],
      ]);
      expect(daemon.said("due times were missed; one run does for all")).toBe(1);
      // Wrong by a day, and set right: it goes by the right one when that has been so for a while.
      clock.set("25T14:30");
      await untilSlot(warehouse, "25 14:00", "done");
      clock.set("14:40");
      await eventually("it has noticed", () => daemon.said("the clock was set back") === 1);
      clock.set("15:00");
      await untilSlot(warehouse, "15:00", "done");
      // What was run for by the wrong clock is not run for again.
      clock.set("25T14:10");
      await untilSlot(warehouse, "25 14:00", "done");
      await looks(clock);
      expect(await slots(warehouse)).toEqual([
        ["11:00", "done", 1],
        ["14:00", "done", 1],
        ["15:00", "done", 1],
        ["25 14:00", "done", 1],
      ]);
      await daemon.end();
    }),
  );

  test.each([
    ["none", [], [["missed", "11:00", "13:00", 3]]],
    ["last", [["13:00", "done", 1]], [["missed", "11:00", "12:00", 2]]],
    [
      "all",
      [
        ["11:00", "done", 1],
        ["12:00", "done", 1],
        ["13:00", "done", 1],
      ],
      [],
    ],
  ] as const)(
    "while no daemon is up, three times, is caught up as is asked for: %s",
    (catchUp, run, missed) =>
      inWarehouse(async (warehouse) => {
        const clock = new SetClock();
        await begin(warehouse, clock, { catchUp });
        clock.set("13:20");
        const daemon = startDaemon(warehouse, clock, { catchUp });
        await eventually("all is run for", async () => {
          const standing = await slots(warehouse);
          return standing.length === run.length && standing.every(([, state]) => state === "done");
        });
        await eventually(
          "what passed is noted",
          async () => (await passed(warehouse)).length === missed.length,
        );
        await daemon.end();
        expect(await slots(warehouse)).toEqual(run);
        expect(await passed(warehouse)).toEqual(missed);
        const runs = await warehouse.rows<{ due_at: string }>(
          "SELECT due_at::text FROM operations.runs WHERE trigger = 'schedule' ORDER BY run_id",
        );
        expect(runs.map((one) => shortTime(one.due_at))).toEqual(run.map(([due]) => due));
      })(),
  );

  test(
    "is run for by one of two daemons, each time",
    inWarehouse(async (warehouse) => {
      const times = trials({ quick: 25, all: 1_000 });
      const clock = new SetClock();
      const daemons = [1, 2].map(() => startDaemon(warehouse, clock, { cron: "* * * * *", catchUp: "all" }));
      await Promise.all(
        daemons.map((daemon) => eventually("it waits", () => daemon.said("waiting for the next run") > 0)),
      );
      const start = clock.now().getTime();
      for (let time = 1; time <= times; time += 1) {
        const due = new Date(Math.floor(start / 60_000) * 60_000 + time * 60_000);
        clock.set(due.toISOString().slice(8, 16));
        await eventually(`${due.toISOString()} is run for`, async () => {
          const [done] = await warehouse.rows<{ count: number }>(
            "SELECT count(*)::integer AS count FROM operations.job_slots WHERE state = 'done'",
          );
          return done?.count === time;
        });
      }
      for (const daemon of daemons) await daemon.end();
      expect(
        await warehouse.rows(
          `SELECT count(*)::integer AS runs, count(DISTINCT due_at)::integer AS due, bool_and(status = 'succeeded') AS well
           FROM operations.runs`,
        ),
      ).toEqual([{ runs: times, due: times, well: true }]);
    }),
  );

  test(
    "is run for again when whoever did so has died, once another holds the warehouse",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("11:10");
      // As a daemon that is killed leaves it: its run is open, and its lock goes with its session.
      let die: (() => void) | undefined;
      const dying = startDaemon(warehouse, clock, {
        work: () =>
          new Promise(
            (_resolve, reject) =>
              (die = () => {
                reject(new Error("killed"));
              }),
          ),
      });
      await eventually("its run has begun", () => die !== undefined);
      const other = startDaemon(warehouse, clock);
      await eventually("the other waits", () => other.said("waits: another run is at work") === 1);
      await looks(clock);
      expect(other.said("waits: another run is at work")).toBe(1);
      expect(await slots(warehouse)).toEqual([["11:00", "due", 1]]);
      await warehouse.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tillhouse lock' AND datname = current_database()",
      );

      await untilSlot(warehouse, "11:00", "done");

      die?.();
      await dying.end();
      await other.end();
      expect(await slots(warehouse)).toEqual([["11:00", "done", 2]]);
      expect(
        await warehouse.rows(
          "SELECT status, due_at IS NOT NULL AS is_for FROM operations.runs ORDER BY run_id",
        ),
      ).toEqual([
        { status: "killed", is_for: true },
        { status: "succeeded", is_for: true },
      ]);
    }),
  );

  test(
    "is tried again, later and later, where that may help, and is given up after five runs",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("11:00");
      const daemon = startDaemon(warehouse, clock, {
        work: () => Promise.reject(new TillhouseError("database_busy", "busy")),
      });
      let attempts = 0;
      let pauseMs = 0;
      // At most 1, 2, 4 and 8 minutes.
      for (const minute of ["01", "03", "07", "15"]) {
        attempts += 1;
        await eventually(`run ${attempts} has failed`, async () =>
          (await readSchedules(warehouse.database.pool)).some(
            ({ open: [slot] }) => slot?.attempts === attempts && slot.notBefore !== null,
          ),
        );
        const [schedule] = await readSchedules(warehouse.database.pool);
        const notBefore = schedule?.open[0]?.notBefore?.getTime() ?? 0;
        const paused = notBefore - clock.now().getTime();
        expect(paused).toBeGreaterThan(pauseMs / 2);
        pauseMs = paused;
        await looks(clock);
        expect(await slots(warehouse)).toEqual([["11:00", "due", attempts]]);
        clock.set(`24T11:${minute}:59`);
      }
      await untilSlot(warehouse, "11:00", "failed");
      await daemon.end();
      expect(await slots(warehouse)).toEqual([["11:00", "failed", 5]]);
    }),
  );

  test(
    "is not tried again where that cannot help, nor is a run counted that was told to stop",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("11:00");
      const failing = startDaemon(warehouse, clock, {
        work: () => Promise.reject(new TillhouseError("too_many_rejects", "too many")),
      });
      await untilSlot(warehouse, "11:00", "failed");
      await failing.end();
      clock.set("12:00");
      let isAtWork = false;
      const stopped = startDaemon(warehouse, clock, {
        work: ({ stopping }) =>
          new Promise((_resolve, reject) => {
            isAtWork = true;
            stopping.addEventListener("abort", () => {
              reject(new TillhouseError("run_stopped", "stopped"));
            });
          }),
      });
      await eventually("it is at work", () => isAtWork);
      await stopped.end();
      expect(await slots(warehouse)).toEqual([
        ["11:00", "failed", 1],
        ["12:00", "due", 0],
      ]);
      const next = startDaemon(warehouse, clock);
      await untilSlot(warehouse, "12:00", "done");
      await next.end();
    }),
  );

  test(
    "whose runs die five times is given up",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("11:00");
      const { database } = warehouse;
      await account(database.pool, JOB, clock.now(), {
        ...{ catchUp: "last", mayEdit: false, isClockSure: false },
      });
      for (let death = 1; death <= MOST_ATTEMPTS; death += 1) {
        const lock = await takeWarehouseLock(database.entry, clock.now());
        await startRun({
          ...{ database, clock, logger: silentLogger, job: JOB.name, trigger: "schedule", parameters: {} },
          slot: { dueAt: new Date("2026-11-24T11:00Z"), doesForEarlier: true },
        });
        await lock?.release();
      }
      expect(await slots(warehouse)).toEqual([["11:00", "due", 5]]);
      let hasRun = false;
      const daemon = startDaemon(warehouse, clock, { work: () => Promise.resolve((hasRun = true)) });
      await untilSlot(warehouse, "11:00", "failed");
      await daemon.end();
      expect(hasRun).toBe(false);
    }),
  );

  test.each([
    ["file_unreadable", "due", true],
    ["run_lock_lost", "due", false],
    ["files_missing", "failed", false],
  ] as const)("of which a run fails by %s is %s", (code, state, isLater) =>
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("11:00");
      let runs = 0;
      const daemon = startDaemon(warehouse, clock, {
        work: () => {
          runs += 1;
          return runs === 1 ? Promise.reject(new TillhouseError(code, "it failed")) : Promise.resolve();
        },
      });
      await eventually("its run has failed", async () => {
        const failed = await warehouse.rows("SELECT FROM operations.runs WHERE status = 'failed'");
        return failed.length === 1;
      });
      const [schedule] = await readSchedules(warehouse.database.pool);
      if (isLater) expect(schedule?.open[0]?.notBefore).not.toBeNull();
      if (state === "due" && !isLater) await untilSlot(warehouse, "11:00", "done");
      await looks(clock);
      await daemon.end();
      expect((await slots(warehouse))[0]?.[1]).toBe(state === "due" && !isLater ? "done" : state);
    })(),
  );

  test(
    "is found again, and run for, when the database comes back that was away while it waited",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      const lock = await takeWarehouseLock(warehouse.database.entry, clock.now());
      // As an embedded server that is stopped leaves it: its pool is ended, until it is revived.
      const gone = new pg.Pool({ connectionString: warehouse.database.url });
      let isGone = false;
      let canRevive = false;
      const database = {
        get pool() {
          return isGone ? gone : warehouse.database.pool;
        },
        revive: () => {
          isGone &&= !canRevive;
          return Promise.resolve();
        },
      };
      clock.set("11:00");
      const daemon = startDaemon(warehouse, clock, { database });
      await eventually("it waits", () => daemon.said("waits: another run is at work") === 1);
      await gone.end();
      isGone = true;
      await eventually("it has noticed", () => daemon.said("due times cannot be asked for") > 2);
      await lock?.release();
      canRevive = true;
      await untilSlot(warehouse, "11:00", "done");
      await looks(clock);
      expect(daemon.said("the database is back")).toBe(1);
      await daemon.end();
    }),
  );

  test(
    "is due for two daemons by what the one was told that was started last",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      const first = startDaemon(warehouse, clock);
      await eventually("it waits", () => first.said("waiting for the next run") > 0);
      const second = startDaemon(warehouse, clock, { cron: "45 * * * *" });
      await eventually("it waits", () => second.said("waiting for the next run") > 0);
      for (const [time, due] of [
        ["11:00", "10:45"],
        ["11:45", "11:45"],
        ["12:46", "12:45"],
      ] as const) {
        clock.set(time);
        await untilSlot(warehouse, due, "done");
        await looks(clock);
      }
      await first.end();
      await second.end();
      expect((await slots(warehouse)).map(([due]) => due)).toEqual(["10:45", "11:45", "12:45"]);
      expect(first.said("a daemon that was started later has it due by something else")).toBe(1);
      expect(second.said("the schedule was changed")).toBe(1);
    }),
  );

  test(
    "counts from now on where nobody can read what it was due by",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      await warehouse.rows("UPDATE operations.job_schedules SET timezone = 'Mars/Olympus'");
      clock.set("12:10");
      const daemon = startDaemon(warehouse, clock);
      await eventually("it waits", () => daemon.said("waiting for the next run") > 0);
      clock.set("13:00");
      await untilSlot(warehouse, "13:00", "done");
      await daemon.end();
      expect(await slots(warehouse)).toEqual([["13:00", "done", 1]]);
    }),
  );

  test(
    "is not run for late where nobody is to, though another run was at work when it was due",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock, { catchUp: "none" });
      const lock = await takeWarehouseLock(warehouse.database.entry, clock.now());
      clock.set("11:00");
      const daemon = startDaemon(warehouse, clock, { catchUp: "none" });
      await eventually("it waits", () => daemon.said("waits: another run is at work") === 1);
      clock.set("12:00");
      await untilSlot(warehouse, "11:00", "passed");
      await lock?.release();
      await untilSlot(warehouse, "12:00", "done");
      await daemon.end();
    }),
  );

  test(
    "a hundred times while another run is at work, and more often, is run for the latest hundred times",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock, { catchUp: "all" });
      const lock = await takeWarehouseLock(warehouse.database.entry, clock.now());
      const daemon = startDaemon(warehouse, clock, { catchUp: "all" });
      const open = async (): Promise<number> =>
        (await slots(warehouse)).filter(([, state]) => state === "due").length;
      clock.set("26T22:30");
      await eventually("60 wait", async () => (await open()) === 60);
      clock.set("29T10:30");
      await eventually("100 wait", async () => (await open()) === 100);
      await daemon.end();
      await lock?.release();
      const passed = (await slots(warehouse)).filter(([, state]) => state === "passed");
      expect(passed.map(([due]) => due)).toHaveLength(20);
      expect(passed[0]?.[0]).toBe("11:00");
    }),
  );

  test(
    "is run for by nobody who began to before it was paused, or is to be tried again later",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      const { pool } = warehouse.database;
      await warehouse.rows(
        "INSERT INTO operations.job_slots (job, due_at) VALUES ('ingest', '2026-11-24 10:00Z')",
      );
      const slot = { dueAt: new Date("2026-11-24T10:00Z"), doesForEarlier: true };
      const context = warehouse.context({ RETRY_MS: "0" }, { clock, slot });
      const run = () => asRun(JOB.name, {}, context, () => Promise.resolve({ failure: undefined }));
      await pause(pool, JOB, "last", clock.now());
      await expect(run()).rejects.toMatchObject({ code: "slot_taken" });
      await resume(pool, JOB, clock.now());
      await warehouse.rows("UPDATE operations.job_slots SET not_before = '2026-11-24 10:40Z'");
      await expect(run()).rejects.toMatchObject({ code: "slot_taken" });
      clock.set("10:41");
      await run();
      await expect(run()).rejects.toMatchObject({ code: "slot_taken" });
      expect(await slots(warehouse)).toEqual([["10:00", "done", 1]]);
    }),
  );

  test(
    "is due by the expression that it had until somebody edited that, and by the new one from then on",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      clock.set("12:05");
      const daemon = startDaemon(warehouse, clock, { cron: "*/10 * * * *", catchUp: "all" });
      await untilSlot(warehouse, "12:00", "done");
      await looks(clock);
      expect(await slots(warehouse)).toEqual([
        ["11:00", "done", 1],
        ["12:00", "done", 1],
      ]);
      expect(daemon.said("the schedule was changed")).toBe(1);
      clock.set("12:10");
      await untilSlot(warehouse, "12:10", "done");
      await daemon.end();
    }),
  );

  test(
    "is passed while it is paused; what was due before is run for when it is resumed",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      const { pool } = warehouse.database;
      clock.set("11:10");
      await pause(pool, JOB, "last", clock.now());
      const daemon = startDaemon(warehouse, clock);
      await eventually("it says so", () => daemon.said("paused; to resume it") === 1);
      clock.set("13:20");
      await looks(clock);
      expect(await slots(warehouse)).toEqual([["11:00", "due", 0]]);

      expect(await resume(pool, JOB, clock.now())).toMatchObject({ passed: { times: 2 } });
      expect(await resume(pool, JOB, clock.now())).toBeUndefined();

      await untilSlot(warehouse, "11:00", "done");
      expect(await passed(warehouse)).toEqual([["paused", "12:00", "13:00", 2]]);
      clock.set("14:00");
      await untilSlot(warehouse, "14:00", "done");
      await daemon.end();
    }),
  );

  test(
    "waits while a run is at work that was asked for by hand",
    inWarehouse(async (warehouse) => {
      const clock = new SetClock();
      await begin(warehouse, clock);
      const lock = await takeWarehouseLock(warehouse.database.entry, clock.now());
      clock.set("11:00");
      const daemon = startDaemon(warehouse, clock);
      await eventually("it has asked", () => daemon.said("waits: another run is at work") === 1);
      // Another time that is due meanwhile: one run does for both.
      clock.set("12:00");
      await eventually("it has asked again", () => daemon.said("waits: another run is at work") === 2);
      await lock?.release();
      await untilSlot(warehouse, "12:00", "done");
      await daemon.end();
      expect(await slots(warehouse)).toEqual([
        ["11:00", "passed", 0],
        ["12:00", "done", 1],
      ]);
    }),
  );
});
