import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import { startJobs, type RunningJobs } from "../../jobs/startJobs.ts";
import { SCHEDULED_JOBS } from "../../jobs/scheduledJobs.ts";
import { openDatabase } from "../../src/database/openDatabase.ts";
import { systemClock, type Clock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { cronTimes } from "../../src/scheduling/cronTimes.ts";
import { withDatabaseProxy, type DatabaseProxy, type Statement } from "../faults/harness/databaseProxy.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { devicesFile, storesFile, transactionsFile, type TransactionFields } from "../fixtures/sourceText.ts";
import { trials } from "../fixtures/trials.ts";
import { withWarehouse, type Warehouse } from "../fixtures/warehouse.ts";
import { withWebhook, type WebhookServer } from "../fixtures/webhookServer.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(900_000);

const MINUTE_MS = 60_000;
/** The clock goes in steps, and stands still until everything has been done that is due by then. */
const STEP_MINUTES = 5;

/** Nights in which clocks are changed: forwards by an hour, backwards by an hour, forwards by half an hour. */
const NIGHTS = [
  ["America/New_York", "2027-03-14T05:00Z"],
  ["Europe/Paris", "2026-10-24T22:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T13:30Z"],
] as const;

/** A clock that is set by hand, and stands still. */
class StillClock implements Clock {
  #now: Date;
  constructor(start: Date) {
    this.#now = start;
  }
  now(): Date {
    return this.#now;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs();
  }
  set(now: Date): void {
    this.#now = now;
  }
}

const BEATS = { lookAgainMs: 10, askAgainMs: 20, lookMs: 10, pingMs: 0 };

/** The jobs as `npm start` runs them, whose database is reached through a proxy. */
interface Daemon {
  readonly jobs: RunningJobs;
  readonly end: () => Promise<void>;
}

/** A day in the life of a warehouse, by a clock that is set. Times are minutes from its beginning, at midnight. */
class ScriptedDay {
  readonly #warehouse: Warehouse;
  readonly #webhook: WebhookServer;
  readonly #proxy: DatabaseProxy;
  readonly #start: Date;
  readonly #clock: StillClock;
  readonly #script: (readonly [minutes: number, what: () => Promise<void> | void])[] = [];
  readonly settings: Readonly<Record<string, string>>;
  #daemon: Daemon | undefined;
  /** Lets the database be reached again, where it is away. */
  #comeBack: (() => void) | undefined;
  /** The same for the next daemon, where this one was killed. */
  #accept: (() => void) | undefined;

  constructor(
    warehouse: Warehouse,
    webhook: WebhookServer,
    proxy: DatabaseProxy,
    timezone: string,
    start: Date,
    checks: string,
  ) {
    this.#warehouse = warehouse;
    this.#webhook = webhook;
    this.#proxy = proxy;
    this.#start = start;
    this.#clock = new StillClock(start);
    this.settings = {
      ...{ TIMEZONE: timezone, ALERT_WEBHOOK_URL: webhook.url, DEADMAN_PING_URL: webhook.url },
      ...{ INGEST_CRON: "0 * * * *", VERIFY_CRON: "30 2 * * *", RETENTION_CRON: "15 3 * * *" },
      ...{ FRESHNESS_CRON: "10 * * * *", CHECKS_FILE: checks },
    };
  }

  /** When so many minutes have passed. */
  at(minutes: number): Date {
    return new Date(this.#start.getTime() + minutes * MINUTE_MS);
  }

  /** Something that happens then. */
  plan(minutes: number, what: () => Promise<void> | void): void {
    this.#script.push([minutes, what]);
  }

  /** Sets the clock on, step by step; at each, what was planned happens, and then whatever is due. */
  async until(end: number): Promise<void> {
    for (let minutes = this.minutes; minutes <= end; minutes += STEP_MINUTES) {
      this.#clock.set(this.at(minutes));
      for (const [then, what] of this.#script) if (then === minutes) await what();
      if (this.#daemon === undefined || this.#comeBack !== undefined) continue;
      await this.#settle();
      if (this.#accept !== undefined) await this.#bury(this.#accept);
    }
  }

  get minutes(): number {
    return (this.#clock.now().getTime() - this.#start.getTime()) / MINUTE_MS;
  }

  async startDaemon(): Promise<void> {
    const stopping = new AbortController();
    const context = this.#warehouse.context(this.settings);
    const database = await openDatabase({
      config: { ...context.config, databaseUrl: this.#proxy.url },
      ...{ logger: silentLogger, clock: systemClock, purpose: "load", environment: {} },
    });
    const jobs = startJobs(
      { ...context, clock: this.#clock, database, trigger: "schedule", stopping: stopping.signal },
      BEATS,
    );
    this.#daemon = {
      jobs,
      end: async () => {
        stopping.abort();
        await jobs.end();
        await database.close();
      },
    };
  }

  /** From now on the database is away, until it is told to come back; the daemon has noticed. */
  async loseDatabase(): Promise<void> {
    this.#comeBack = this.#proxy.refuse();
    const looksInVain = (): number =>
      this.#warehouse.log.filter(({ message }) => message.startsWith("alerts cannot be looked for")).length;
    const before = looksInVain();
    await eventually("the daemon has noticed", () => looksInVain() > before);
  }

  returnDatabase(): void {
    this.#comeBack?.();
    this.#comeBack = undefined;
  }

  /** Cuts the connection of the next chunk, before its COMMIT. */
  cutNextChunk(): void {
    this.#proxy.ambush({
      ...{ at: COMMIT_OF_A_CHUNK, when: "before" },
      act: (connection) => {
        connection.cut();
      },
    });
  }

  /** Kills the daemon in the middle of its next chunk as SIGKILL does: nothing of it reaches the database any more. */
  killInNextChunk(): void {
    this.#proxy.ambush({
      ...{ at: COMMIT_OF_A_CHUNK, when: "before" },
      act: () => {
        this.#accept = this.#proxy.refuse();
      },
    });
  }

  async #bury(accept: () => void): Promise<void> {
    await this.end();
    accept();
    this.#accept = undefined;
  }

  async end(): Promise<void> {
    await this.#daemon?.end();
    this.#daemon = undefined;
  }

  /** Waits until all is done that is due, there was looked for what is wrong since, and all of that was told; or it is dead. */
  async #settle(): Promise<void> {
    const now = this.#clock.now();
    const isDead = (): boolean => this.#accept !== undefined;
    await eventually(`the daemon is through at ${now.toISOString()}`, async () => {
      if (isDead()) return true;
      const states = this.#daemon?.jobs.schedules.map((schedule) => schedule.state()) ?? [];
      if (
        states.some(
          ({ next, runningSince }) => runningSince !== undefined || next === undefined || next <= now,
        )
      )
        return false;
      const open = await this.#warehouse.rows(
        "SELECT FROM operations.job_slots WHERE state = 'due' AND (not_before IS NULL OR not_before <= $1)",
        [now],
      );
      return open.length === 0;
    });
    // One look may have been under way; a ping ends each.
    const { pings } = this.#webhook;
    await eventually("it has looked", () => isDead() || this.#webhook.pings > pings + 1);
  }

  /** A file that was written a minute ago by the clock. */
  async write(name: string, text: string): Promise<void> {
    await this.#warehouse.files.write(name, text);
    const before = new Date(this.#clock.now().getTime() - MINUTE_MS);
    await utimes(join(this.#warehouse.files.path, name), before, before);
  }

  /** Every due time of a job, and what became of it. */
  async accountOf(name: string, cron: string): Promise<{ readonly due: string[]; readonly twice: string[] }> {
    const slots = await this.#warehouse.rows<{ due_at: Date }>(
      "SELECT due_at FROM operations.job_slots WHERE job = $1 AND state <> 'due'",
      [name],
    );
    const stretches = await this.#warehouse.rows<{ first: Date; last: Date }>(
      "SELECT first_due_at AS first, last_due_at AS last FROM operations.job_slots_passed WHERE job = $1",
      [name],
    );
    const times = cronTimes(cron, this.settings["TIMEZONE"] ?? "");
    const accounted = [
      ...slots.map(({ due_at: at }) => at),
      ...stretches.flatMap(({ first, last }) =>
        [...times.between(new Date(first.getTime() - 1), last)].map(({ at }) => at),
      ),
    ].map((at) => at.toISOString());
    const twice = accounted.filter((at, index) => accounted.indexOf(at) !== index);
    return { due: accounted.sort(), twice };
  }
}

const COMMIT_OF_A_CHUNK = ({ sql, session, earlier }: Statement): boolean =>
  sql === "COMMIT" && session === "tillhouse loader" && earlier.some((one) => one.includes("FOR SHARE"));

/** Late after four hours, silent after five. */
const CHECKS = `
models: [{ name: fct_transactions, columns: [{ name: transaction_id, checks: [unique] }] }]
sources: [{ name: transactions, freshness: { warn_after: 4h, error_after: 5h } }]
`;

const HOUR = 60;
const SALES = 10;

/** Ten sales of an hour, whose amounts tell which they are. */
function salesOf(hour: number): TransactionFields[] {
  return Array.from({ length: SALES }, (_, index) => {
    const id = hour * SALES + index + 1;
    return { id, amount: (id / 100).toFixed(2) };
  });
}

test.each(NIGHTS.slice(0, trials({ quick: 1, all: NIGHTS.length })))(
  "a day that begins with clock changes in %s: every due time is accounted for, each alert is told once, and the answers are right",
  (timezone, midnight) =>
    withWarehouse((warehouse) =>
      withWebhook((webhook) =>
        withDatabaseProxy(warehouse.database.url, async (proxy) => {
          const day = new ScriptedDay(
            ...([warehouse, webhook, proxy, timezone, new Date(midnight)] as const),
            (await checksFile(warehouse, CHECKS)).CHECKS_FILE,
          );
          const sold = new Set<TransactionFields>();
          const sell = (hour: number) => async (): Promise<void> => {
            const sales = salesOf(hour);
            for (const sale of sales) sold.add(sale);
            await day.write(`transactions-${hour}.csv`, transactionsFile(...sales));
          };
          await day.write("stores.csv", storesFile({ id: 1 }));
          await day.write("devices.csv", devicesFile({ id: 1 }));

          for (let hour = 0; hour < 26; hour += 1) {
            // The source is late: for five hours it brings nothing.
            if (hour < 5 || hour > 9) day.plan(hour * HOUR + 50, sell(hour));
          }
          // A file that nobody can read, until it is mended.
          const broken = salesOf(100).map((sale) => ({ ...sale, amount: "x" }));
          day.plan(12 * HOUR + 45, () => day.write("transactions-100.csv", transactionsFile(...broken)));
          day.plan(13 * HOUR + 40, sell(100));
          // A load loses its connection.
          day.plan(15 * HOUR + 55, () => {
            day.cutNextChunk();
          });
          // The database is away for an hour.
          day.plan(18 * HOUR + 5, () => day.loseDatabase());
          day.plan(18 * HOUR + 15, async () => {
            await eventually("it is told", () =>
              webhook.told.some(({ alert }) => alert.kind === "database_away"),
            );
          });
          day.plan(19 * HOUR + 5, () => {
            day.returnDatabase();
          });
          // The daemon is killed, and started again hours later.
          day.plan(19 * HOUR + 55, () => {
            day.killInNextChunk();
          });
          day.plan(22 * HOUR + 35, () => day.startDaemon());
          try {
            await day.startDaemon();
            await day.until(26 * HOUR + 35);
          } finally {
            await day.end();
          }

          const kinds = webhook.told.map(
            ({ alert: { event, key } }) => `${event} ${key.replace(/^(slot_missed|database_away):.*/, "$1")}`,
          );
          expect(kinds).toEqual([
            // Before the first load.
            "raised source_late:transactions",
            "resolved source_late:transactions",
            "raised source_late:transactions",
            "raised source_silent:transactions",
            "resolved source_late:transactions",
            "resolved source_silent:transactions",
            "raised run_failed:ingest",
            "resolved run_failed:ingest",
            "raised run_failed:ingest",
            "resolved run_failed:ingest",
            "raised database_away",
            "resolved database_away",
            // Of the loads and of the looks at sources.
            "raised slot_missed",
            "raised slot_missed",
          ]);
          for (const { name, cron } of SCHEDULED_JOBS) {
            const expression = cron(warehouse.context(day.settings).config);
            const { due, twice } = await day.accountOf(name, expression);
            const times = cronTimes(expression, timezone).between(day.at(0), day.at(26 * HOUR + 35));
            expect([name, due]).toEqual([name, [...times].map(({ at }) => at.toISOString())]);
            expect(twice).toEqual([]);
          }
          expect(await warehouse.rows("SELECT FROM operations.runs WHERE status = 'running'")).toEqual([]);
          expect(await warehouse.verify()).toEqual([]);
          const cents = [...sold].reduce((sum, { id }) => sum + Number(id), 0);
          expect((await warehouse.answers())["top_10_stores_by_amount"]).toMatchObject([
            { transactions: sold.size, transacted_amount: (cents / 100).toFixed(2) },
          ]);
        }),
      ),
    ),
);
