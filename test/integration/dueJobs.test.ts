import { describe, expect, jest, test } from "@jest/globals";
import pg from "pg";
import { asRun, type JobContext } from "../../jobs/job.ts";
import { runFor } from "../../jobs/scheduledJobs.ts";
import type { CatchUp } from "../../src/config/catchUp.ts";
import { systemClock, type Clock } from "../../src/lib/clock.ts";
import { TillhouseError } from "../../src/lib/errors.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { MOST_ATTEMPTS } from "../../src/runs/dueSlot.ts";
import { startRun } from "../../src/runs/runLog.ts";
import { takeWarehouseLock, type RunLock } from "../../src/runs/runLock.ts";
import { account, pause, readSchedules, resume } from "../../src/scheduling/jobSchedules.ts";
import type { JobState } from "../../src/runs/jobState.ts";
import { runWhenDue } from "../../src/scheduling/runWhenDue.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { trials } from "../fixtures/trials.ts";
import { inWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(600_000);

const JOB = { name: "ingest", cron: "0 * * * *", timezone: "UTC" };
const EVERY_MINUTE = { cron: "* * * * *", catchUp: "all" } as const;

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
  /** How long a run may take. */
  readonly timeLimitMin?: number;
  /** What a run does; it succeeds without. */
  readonly work?: (context: JobContext) => Promise<unknown>;
}

interface Daemon {
  /** How often it has logged something of the kind. */
  readonly said: (text: string) => number;
  readonly state: () => JobState;
  readonly end: () => Promise<void>;
}

type Slot = readonly [due: string, state: string, attempts: number];

/** A job that was never due before 10:30, at which the clock stands, and what may run for it. */
interface Scene {
  readonly warehouse: Warehouse;
  readonly clock: SetClock;
  /** Starts what runs for the job as the daemon does, and waits until it knows when it is due. Ended with the test. */
  readonly start: (options?: DaemonOptions) => Promise<Daemon>;
  /** Due times by their hour and minute, or with their day where it is not 24 November. */
  readonly slots: () => Promise<Slot[]>;
  readonly passed: () => Promise<unknown[]>;
  /** Waits until a slot stands so. */
  readonly untilSlot: (due: string, state: string) => Promise<void>;
  /** Waits until a daemon has looked a few times more. */
  readonly looks: () => Promise<void>;
  /** Holds the warehouse as a run by hand does. */
  readonly hold: () => Promise<RunLock>;
}

function startDaemon(
  warehouse: Warehouse,
  clock: Clock,
  {
    cron = JOB.cron,
    catchUp = "last",
    work = () => Promise.resolve(),
    database = warehouse.database,
    timeLimitMin = 0,
  }: DaemonOptions,
): Daemon {
  const logger = collectingLogger();
  const stopping = new AbortController();
  const context = warehouse.context(
    { RETRY_MS: "0" },
    { clock, logger, trigger: "schedule", stopping: stopping.signal },
  );
  const job = {
    name: JOB.name,
    timeLimitMin: () => timeLimitMin,
    run: (ofRun: JobContext) =>
      asRun(JOB.name, {}, ofRun, async ({ run }) => {
        await work(ofRun);
        return { runId: run.runId, failure: undefined };
      }),
  };
  const schedule = runWhenDue(
    { ...JOB, cron, catchUp, run: (slot) => runFor({ ...context, slot }, job) },
    { ...context, database, lookAgainMs: 20, askAgainMs: 40, clockPatienceMs: 300 },
  );
  return {
    state: () => schedule.state(),
    said: (text) => logger.lines.filter(({ message }) => message.includes(text)).length,
    end: async () => {
      stopping.abort();
      await schedule.end();
    },
  };
}

/** A test body in a warehouse of its own, for which a daemon of such options was there at 10:30. */
function withJob(work: (scene: Scene) => Promise<void>, before: DaemonOptions = {}): () => Promise<void> {
  return inWarehouse(async (warehouse) => {
    const clock = new SetClock();
    const daemons: Daemon[] = [];
    const start: Scene["start"] = async (options = {}) => {
      const daemon = startDaemon(warehouse, clock, options);
      daemons.push(daemon);
      await eventually(
        "it knows when it is due",
        () => daemon.said("waiting for the next run") + daemon.said("paused; to resume it") > 0,
      );
      return daemon;
    };
    const slots: Scene["slots"] = async () => {
      const found = await warehouse.rows<{ due_at: string; state: string; attempts: number }>(
        "SELECT due_at::text, state, attempts FROM operations.job_slots ORDER BY due_at",
      );
      return found.map((row) => [shortTime(row.due_at), row.state, row.attempts]);
    };
    const passed: Scene["passed"] = async () => {
      const found = await warehouse.rows<{ first: string; last: string; times: string; reason: string }>(
        `SELECT first_due_at::text AS first, last_due_at::text AS last, times, reason
         FROM operations.job_slots_passed ORDER BY passed_id`,
      );
      return found.map(({ first, last, times, reason }) => [
        ...[reason, shortTime(first), shortTime(last), Number(times)],
      ]);
    };
    const untilSlot: Scene["untilSlot"] = async (due, state) => {
      let seen: Slot[] = [];
      await eventually(
        () => `${due} is ${state}, not ${JSON.stringify(seen)}`,
        async () => {
          seen = await slots();
          return seen.some((slot) => slot[0] === due && slot[1] === state);
        },
      );
    };
    const looks: Scene["looks"] = async () => {
      const from = clock.looks;
      await eventually("it has looked", () => clock.looks > from + 8);
    };
    const hold: Scene["hold"] = async () => {
      const lock = await takeWarehouseLock(warehouse.database.entry, clock.now());
      if (lock === undefined) throw new Error("the warehouse is held by another");
      return lock;
    };
    try {
      await (await start(before)).end();
      await work({ warehouse, clock, start, slots, passed, untilSlot, looks, hold });
    } finally {
      for (const daemon of daemons) await daemon.end();
    }
  });
}

const shortTime = (time: string): string =>
  time.slice(0, 16).replace("2026-11-24 ", "").replace("2026-11-", "");

describe("a job that is due", () => {
  test(
    "is run for once, whatever the clock does",
    withJob(async ({ clock, start, slots, untilSlot, looks }) => {
      const daemon = await start();
      await looks();
      expect(await slots()).toEqual([]);
      clock.set("11:00");
      await untilSlot("11:00", "done");
      await looks();
      // Asleep for three hours; then to and fro.
      clock.set("14:30");
      await untilSlot("14:00", "done");
      for (const time of ["13:30", "14:10", "11:31", "14:31"]) {
        clock.set(time);
        await looks();
      }
      expect(await slots()).toEqual([
        ["11:00", "done", 1],
        ["14:00", "done", 1],
      ]);
      expect(daemon.said("due times were missed; one run does for all")).toBe(1);
      // Wrong by a day, and set right: it goes by the right one when that has been so for a while.
      clock.set("25T14:30");
      await untilSlot("25 14:00", "done");
      clock.set("14:40");
      await eventually("it has noticed", () => daemon.said("the clock was set back") === 1);
      clock.set("15:00");
      await untilSlot("15:00", "done");
      // What was run for by the wrong clock is not run for again.
      clock.set("25T14:10");
      await untilSlot("25 14:00", "done");
      await looks();
      expect(await slots()).toEqual([
        ["11:00", "done", 1],
        ["14:00", "done", 1],
        ["15:00", "done", 1],
        ["25 14:00", "done", 1],
      ]);
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
      withJob(
        async ({ warehouse, clock, start, slots, passed }) => {
          clock.set("13:20");
          const daemon = await start({ catchUp });
          await eventually("all is run for", async () => {
            const standing = await slots();
            return standing.length === run.length && standing.every(([, state]) => state === "done");
          });
          await eventually("what passed is noted", async () => (await passed()).length === missed.length);
          await daemon.end();
          expect(await slots()).toEqual(run);
          expect(await passed()).toEqual(missed);
          const runs = await warehouse.rows<{ due_at: string }>(
            "SELECT due_at::text FROM operations.runs WHERE trigger = 'schedule' ORDER BY run_id",
          );
          expect(runs.map((one) => shortTime(one.due_at))).toEqual(run.map(([due]) => due));
        },
        { catchUp },
      )(),
  );

  test(
    "is run for by one of two daemons, each time",
    withJob(async ({ warehouse, clock, start }) => {
      const times = trials({ quick: 25, all: 1_000 });
      const daemons = [await start(EVERY_MINUTE), await start(EVERY_MINUTE)];
      const minute = Math.floor(clock.now().getTime() / 60_000);
      for (let time = 1; time <= times; time += 1) {
        const due = new Date((minute + time) * 60_000).toISOString();
        clock.set(due.slice(8, 16));
        await eventually(`${due} is run for`, async () => {
          const done = await warehouse.rows("SELECT FROM operations.job_slots WHERE state = 'done'");
          return done.length === time;
        });
      }
      for (const daemon of daemons) await daemon.end();
      expect(
        await warehouse.rows(
          `SELECT count(*)::integer AS runs, count(DISTINCT due_at)::integer AS due, bool_and(status = 'succeeded') AS well
             FROM operations.runs`,
        ),
      ).toEqual([{ runs: times, due: times, well: true }]);
    }, EVERY_MINUTE),
  );

  test(
    "is run for again when whoever did so has died, once another holds the warehouse",
    withJob(async ({ warehouse, clock, start, slots, untilSlot, looks }) => {
      clock.set("11:10");
      // As a daemon that is killed leaves it: its run is open, and its lock goes with its session.
      let die: (() => void) | undefined;
      const dying = await start({
        work: () =>
          new Promise((_resolve, reject) => {
            die = () => {
              reject(new Error("killed"));
            };
          }),
      });
      await eventually("its run has begun", () => die !== undefined);
      const other = await start();
      await eventually("the other waits", () => other.said("waits: another run is at work") === 1);
      await looks();
      expect(other.said("waits: another run is at work")).toBe(1);
      expect(await slots()).toEqual([["11:00", "due", 1]]);
      await warehouse.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tillhouse lock' AND datname = current_database()",
      );

      await untilSlot("11:00", "done");

      die?.();
      await dying.end();
      await other.end();
      expect(await slots()).toEqual([["11:00", "done", 2]]);
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
    withJob(async ({ warehouse, clock, start, slots, untilSlot, looks }) => {
      clock.set("11:00");
      const daemon = await start({
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
        await looks();
        expect(await slots()).toEqual([["11:00", "due", attempts]]);
        clock.set(`24T11:${minute}:59`);
      }
      await untilSlot("11:00", "failed");
      await daemon.end();
      expect(await slots()).toEqual([["11:00", "failed", 5]]);
    }),
  );

  test(
    "is not tried again where that cannot help, nor is a run counted that was told to stop",
    withJob(async ({ clock, start, slots, untilSlot }) => {
      clock.set("11:00");
      const failing = await start({
        work: () => Promise.reject(new TillhouseError("too_many_rejects", "too many")),
      });
      await untilSlot("11:00", "failed");
      await failing.end();
      clock.set("12:00");
      let isAtWork = false;
      const stopped = await start({
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
      expect(await slots()).toEqual([
        ["11:00", "failed", 1],
        ["12:00", "due", 0],
      ]);
      await start();
      await untilSlot("12:00", "done");
    }),
  );

  test(
    "whose runs die five times is given up",
    withJob(async ({ warehouse, clock, start, slots, untilSlot, hold }) => {
      clock.set("11:00");
      const { database } = warehouse;
      await account(database.pool, JOB, clock.now(), {
        ...{ catchUp: "last", mayEdit: false, isClockSure: false },
      });
      for (let death = 1; death <= MOST_ATTEMPTS; death += 1) {
        const lock = await hold();
        await startRun({
          ...{ database, clock, logger: silentLogger, job: JOB.name, trigger: "schedule", parameters: {} },
          lockName: lock.name,
          slot: { dueAt: new Date("2026-11-24T11:00Z"), doesForEarlier: true },
        });
        await lock.release();
      }
      expect(await slots()).toEqual([["11:00", "due", 5]]);
      let hasRun = false;
      const daemon = await start({ work: () => Promise.resolve((hasRun = true)) });
      await untilSlot("11:00", "failed");
      await daemon.end();
      expect(hasRun).toBe(false);
    }),
  );

  test.each([
    ["file_unreadable", "due"],
    ["run_lock_lost", "done"],
    ["files_missing", "failed"],
  ] as const)("of which one run fails by %s is %s", (code, state) =>
    withJob(async ({ warehouse, clock, start, slots, untilSlot, looks }) => {
      clock.set("11:00");
      let runs = 0;
      await start({
        work: () => {
          runs += 1;
          return runs === 1 ? Promise.reject(new TillhouseError(code, "it failed")) : Promise.resolve();
        },
      });
      await eventually("its run has failed", async () => {
        const failed = await warehouse.rows("SELECT FROM operations.runs WHERE status = 'failed'");
        return failed.length === 1;
      });
      await untilSlot("11:00", state);
      await looks();
      expect(await slots()).toEqual([["11:00", state, state === "done" ? 2 : 1]]);
      const [schedule] = await readSchedules(warehouse.database.pool);
      expect(schedule?.open.map(({ notBefore }) => notBefore)).toEqual(
        state === "due" ? [expect.any(Date)] : [],
      );
    })(),
  );

  test(
    "is found again, and run for, when the database comes back that was away while it waited",
    withJob(async ({ warehouse, clock, start, untilSlot, looks, hold }) => {
      const lock = await hold();
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
      const daemon = await start({ database });
      await eventually("it waits", () => daemon.said("waits: another run is at work") === 1);
      await gone.end();
      isGone = true;
      await eventually("it has noticed", () => daemon.said("due times cannot be asked for") > 2);
      expect(daemon.state()).toMatchObject({ isAway: true, waitingSince: expect.any(Date) });
      await lock.release();
      canRevive = true;
      await untilSlot("11:00", "done");
      await looks();
      expect(daemon.said("the database is back")).toBe(1);
      expect(daemon.state()).toMatchObject({ isAway: false, waitingSince: undefined });
    }),
  );

  test(
    "is told of: when it is due, since when it waits or a run is at work, and that it is paused",
    withJob(async ({ warehouse, clock, start, untilSlot, looks, hold }) => {
      const { pool } = warehouse.database;
      const lock = await hold();
      let isAtWork = false;
      let end = (): void => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const daemon = await start({
        work: () => {
          isAtWork = true;
          return ended;
        },
      });
      expect(daemon.state()).toEqual({
        ...{ job: "ingest", accountedThrough: expect.any(Date), next: new Date("2026-11-24T11:00Z") },
        ...{ isPaused: false, isAway: false, runningSince: undefined, waitingSince: undefined },
      });
      clock.set("11:00");
      await eventually("it waits", () => daemon.said("waits: another run is at work") === 1);
      const { waitingSince } = daemon.state();
      expect(waitingSince?.toISOString()).toMatch(/^2026-11-24T11:00/);
      clock.set("11:20");
      await looks();
      expect(daemon.state()).toMatchObject({ waitingSince, next: new Date("2026-11-24T12:00Z") });

      await lock.release();
      await eventually("it is at work", () => isAtWork);
      expect(daemon.state().runningSince?.toISOString()).toMatch(/^2026-11-24T11:20/);
      end();
      await untilSlot("11:00", "done");
      await looks();
      expect(daemon.state()).toMatchObject({ runningSince: undefined, waitingSince: undefined });

      await pause(pool, JOB, "last", clock.now());
      clock.set("12:00");
      await eventually("it is paused", () => daemon.state().isPaused);
      expect(daemon.state().next).toBeUndefined();
      await resume(pool, JOB, clock.now());
      await eventually("it goes on", () => !daemon.state().isPaused);
      expect(daemon.state().next).toEqual(new Date("2026-11-24T13:00Z"));
    }),
  );

  test(
    "is due for two daemons by what the one was told that was started last",
    withJob(async ({ clock, start, slots, untilSlot, looks }) => {
      const first = await start();
      const second = await start({ cron: "45 * * * *" });
      for (const [time, due] of [
        ["11:00", "10:45"],
        ["11:45", "11:45"],
        ["12:46", "12:45"],
      ] as const) {
        clock.set(time);
        await untilSlot(due, "done");
        await looks();
      }
      await first.end();
      await second.end();
      expect((await slots()).map(([due]) => due)).toEqual(["10:45", "11:45", "12:45"]);
      expect(first.said("a daemon that was started later has it due by something else")).toBe(1);
      expect(second.said("the schedule was changed")).toBe(1);
    }),
  );

  test(
    "counts from now on where nobody can read what it was due by",
    withJob(async ({ warehouse, clock, start, slots, untilSlot }) => {
      await warehouse.rows("UPDATE operations.job_schedules SET timezone = 'Mars/Olympus'");
      clock.set("12:10");
      const daemon = await start();
      clock.set("13:00");
      await untilSlot("13:00", "done");
      await daemon.end();
      expect(await slots()).toEqual([["13:00", "done", 1]]);
    }),
  );

  test(
    "is not run for late where nobody is to, though another run was at work when it was due",
    withJob(
      async ({ clock, start, untilSlot, hold }) => {
        const lock = await hold();
        clock.set("11:00");
        const daemon = await start({ catchUp: "none" });
        await eventually("it waits", () => daemon.said("waits: another run is at work") === 1);
        clock.set("12:00");
        await untilSlot("11:00", "passed");
        await lock.release();
        await untilSlot("12:00", "done");
      },
      { catchUp: "none" },
    ),
  );

  test(
    "a hundred times while another run is at work, and more often, is run for the latest hundred times",
    withJob(
      async ({ clock, start, slots, hold }) => {
        const lock = await hold();
        const daemon = await start({ catchUp: "all" });
        const open = async (): Promise<number> =>
          (await slots()).filter(([, state]) => state === "due").length;
        clock.set("26T22:30");
        await eventually("60 wait", async () => (await open()) === 60);
        clock.set("29T10:30");
        await eventually("100 wait", async () => (await open()) === 100);
        await daemon.end();
        await lock.release();
        const passed = (await slots()).filter(([, state]) => state === "passed");
        expect(passed.map(([due]) => due)).toHaveLength(20);
        expect(passed[0]?.[0]).toBe("11:00");
      },
      { catchUp: "all" },
    ),
  );

  test(
    "is run for by nobody who began to before it was paused, or is to be tried again later",
    withJob(async ({ warehouse, clock, slots }) => {
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
      expect(await slots()).toEqual([["10:00", "done", 1]]);
    }),
  );

  test(
    "is due by the expression that it had until somebody edited that, and by the new one from then on",
    withJob(async ({ clock, start, slots, untilSlot, looks }) => {
      clock.set("12:05");
      const daemon = await start({ cron: "*/10 * * * *", catchUp: "all" });
      await untilSlot("12:00", "done");
      await looks();
      expect(await slots()).toEqual([
        ["11:00", "done", 1],
        ["12:00", "done", 1],
      ]);
      expect(daemon.said("the schedule was changed")).toBe(1);
      clock.set("12:10");
      await untilSlot("12:10", "done");
    }),
  );

  test(
    "is passed while it is paused; what was due before is run for when it is resumed",
    withJob(async ({ warehouse, clock, start, slots, passed, untilSlot, looks }) => {
      const { pool } = warehouse.database;
      clock.set("11:10");
      await pause(pool, JOB, "last", clock.now());
      const daemon = await start();
      await eventually("it says so", () => daemon.said("paused; to resume it") === 1);
      clock.set("13:20");
      await looks();
      expect(await slots()).toEqual([["11:00", "due", 0]]);

      expect(await resume(pool, JOB, clock.now())).toMatchObject({ passed: { times: 2 } });
      expect(await resume(pool, JOB, clock.now())).toBeUndefined();

      await untilSlot("11:00", "done");
      expect(await passed()).toEqual([["paused", "12:00", "13:00", 2]]);
      clock.set("14:00");
      await untilSlot("14:00", "done");
    }),
  );

  test(
    "waits while a run is at work that was asked for by hand",
    withJob(async ({ clock, start, slots, untilSlot, hold }) => {
      const lock = await hold();
      clock.set("11:00");
      const daemon = await start();
      await eventually("it has asked", () => daemon.said("waits: another run is at work") === 1);
      // Another time that is due meanwhile: one run does for both.
      clock.set("12:00");
      await eventually("it has asked again", () => daemon.said("waits: another run is at work") === 2);
      await lock.release();
      await untilSlot("12:00", "done");
      await daemon.end();
      expect(await slots()).toEqual([
        ["11:00", "passed", 0],
        ["12:00", "done", 1],
      ]);
    }),
  );
});
