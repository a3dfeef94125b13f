import { join } from "node:path";
import { describe, expect, jest, test } from "@jest/globals";
import { checks } from "../../jobs/checks.ts";
import { scheduledIngest } from "../../jobs/scheduledIngest.ts";
import { freshness } from "../../jobs/freshness.ts";
import { verify } from "../../jobs/verify.ts";
import { movedClock } from "../fixtures/movedClock.ts";
import { runFor, type ScheduledJob } from "../../jobs/scheduledJobs.ts";
import { systemClock, type Clock } from "../../src/lib/clock.ts";
import { TillhouseError } from "../../src/lib/errors.ts";
import { reconcile, tellAlerts } from "../../src/scheduling/alerts/alerts.ts";
import { keepWatch } from "../../src/scheduling/alerts/keepWatch.ts";
import { askWebhook } from "../../src/scheduling/alerts/webhook.ts";
import { account, pause } from "../../src/scheduling/jobSchedules.ts";
import { asRun } from "../../jobs/job.ts";
import { collectingLogger } from "../fixtures/collectingLogger.ts";
import { writePlaces } from "../fixtures/loadedFacts.ts";
import { storesFile, transactionsFile } from "../fixtures/sourceText.ts";
import { checksFile } from "../fixtures/checksFile.ts";
import { inWarehouse, type Settings, type Warehouse } from "../fixtures/warehouse.ts";
import { withWebhook, type WebhookServer } from "../fixtures/webhookServer.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(120_000);

const JOB = { name: "ingest", cron: "0 * * * *", timezone: "UTC" };
const ALL = { catchUp: "all", mayEdit: true, isClockSure: true } as const;
const MINUTE_MS = 60_000;
const never = new AbortController().signal;

/** A warehouse with a webhook, whose job has been due by a schedule from midnight on. */
interface Scene {
  readonly warehouse: Warehouse;
  readonly webhook: WebhookServer;
  /** Sets the clock, and looks for alerts as a daemon does. */
  readonly look: (time: string) => Promise<void>;
  /** A run of the schedule's; fails by the error, if any. */
  readonly run: (failure?: Error) => Promise<unknown>;
  readonly at: (time: string) => Date;
}

function withAlerts(body: (scene: Scene) => Promise<void>): () => Promise<void> {
  return inWarehouse((warehouse) =>
    withWebhook(async (webhook) => {
      const { pool } = warehouse.database;
      const at = (time: string): Date => new Date(`2026-11-24T${time}Z`);
      await account(pool, JOB, at("00:00"), ALL);
      await body({
        ...{ warehouse, webhook, at },
        look: async (time) => {
          await reconcile(pool, at(time), { rejectRatio: 0.01 });
          await tellAlerts(
            pool,
            () => at(time),
            (message) => askWebhook(webhook.url, message),
            never,
          );
        },
        run: (failure) =>
          bySchedule(warehouse, JOB.name, (context) =>
            asRun(JOB.name, { files: [] }, context, ({ run }) =>
              failure === undefined
                ? Promise.resolve({ runId: run.runId, failure: undefined })
                : Promise.reject(failure),
            ),
          ),
      });
    }),
  );
}

/** One run of a job's schedule, as the daemon has it run. */
const bySchedule = (
  warehouse: Warehouse,
  name: string,
  run: ScheduledJob["run"],
  settings: Settings = {},
): Promise<unknown> =>
  runFor(warehouse.context(settings, { trigger: "schedule" }), { name, run, timeLimitMin: () => 0 });

/** A run of the load's schedule, as it is logged. */
const insertRun = ({ rows }: Warehouse, status: string, startedAt: Date, finishedAt = startedAt) =>
  rows(
    `INSERT INTO operations.runs (job, trigger, status, started_at, heartbeat_at, finished_at, process, error_code)
     VALUES ('ingest', 'schedule', $1, $2, $2, $3, 'host:1', 'run_killed')`,
    [status, startedAt, finishedAt],
  );

const REFUSED = new TillhouseError("file_refused", "x.csv is refused: it begins as a picture does");

describe("a run that fails", () => {
  test(
    "is told once, however often it fails, and so is that it is over",
    withAlerts(async ({ webhook, look, run }) => {
      await run();
      await look("01:00");
      for (const time of ["02:00", "03:00", "04:00"]) {
        await run(REFUSED);
        await look(time);
        await look(time);
      }
      expect(webhook.events()).toEqual(["raised run_failed:ingest"]);
      expect(webhook.told[0]).toMatchObject({
        text: expect.stringMatching(
          /^Tillhouse error: ingest failed \(run 2, file_refused\): x\.csv is refused/,
        ),
        alert: {
          ...{ id: 1, kind: "run_failed", severity: "error", raised_at: "2026-11-24T02:00:00.000Z" },
          details: { job: "ingest", run_id: 2, error_code: "file_refused" },
          ...{ remedy: expect.stringContaining("npm run runs"), resolved_at: null },
        },
      });

      await run();
      await look("05:00");
      await look("05:00");
      expect(webhook.events()).toEqual(["raised run_failed:ingest", "resolved run_failed:ingest"]);
      expect(webhook.told[1]).toMatchObject({
        text: expect.stringMatching(/^Tillhouse: over: ingest failed/),
        alert: { id: 1, resolved_at: "2026-11-24T05:00:00.000Z" },
      });

      await run(REFUSED);
      await look("06:00");
      expect(webhook.events()).toHaveLength(3);
    }),
  );

  test(
    "is over as well when somebody does the same by hand, and not by something else",
    withAlerts(async ({ warehouse, webhook, look, run }) => {
      await run(REFUSED);
      await look("01:00");
      await writePlaces(warehouse);
      await warehouse.ingest({ files: [join(warehouse.context().config.dataDir, "stores.csv")] });
      await look("02:00");
      expect(webhook.events()).toHaveLength(1);
      await warehouse.ingest();
      await look("03:00");
      expect(webhook.events()).toEqual(["raised run_failed:ingest", "resolved run_failed:ingest"]);
    }),
  );

  test(
    "is an alert when it was killed and nobody has gone on with its work for five minutes",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      await insertRun(warehouse, "killed", at("01:00"));
      await look("01:04");
      await insertRun(warehouse, "running", at("01:05"));
      await look("01:06");
      expect(webhook.events()).toEqual([]);
      await warehouse.rows("UPDATE operations.runs SET status = 'stopped' WHERE run_id = 2");
      await look("01:07");
      expect(webhook.events()).toEqual(["raised run_failed:ingest"]);
    }),
  );

  test(
    "by hand is nobody's alert: who began it sees it",
    withAlerts(async ({ warehouse, webhook, look }) => {
      await warehouse.files.write("stores.csv", "PK\u0003\u0004");
      await warehouse.ingest();
      await look("01:00");
      expect(webhook.events()).toEqual([]);
    }),
  );

  test(
    "cannot call everybody by the name of a file",
    withAlerts(async ({ webhook, look, run }) => {
      await run(new TillhouseError("file_refused", "<!channel>\u001b[31m & more"));
      await look("01:00");
      expect(webhook.told[0]?.text).toContain("&lt;!channel&gt;\\u001b[31m &amp; more");
    }),
  );
});

describe("due times", () => {
  test(
    "that nobody ran for in time are told once, and nobody is told that it is over",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      await account(warehouse.database.pool, JOB, at("04:30"), { ...ALL, catchUp: "last" });
      await look("04:30");
      await look("04:31");
      expect(webhook.events()).toEqual(["raised slot_missed:1"]);
      expect(webhook.told[0]?.alert.summary).toBe(
        "ingest was due 3 times, from 2026-11-24 01:00 to 2026-11-24 03:00 UTC, and nobody ran for that in time",
      );
    }),
  );

  test(
    "that come while a run of their job is at work are not missed",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      await insertRun(warehouse, "succeeded", at("00:30"), at("04:20"));
      await account(warehouse.database.pool, JOB, at("04:30"), { ...ALL, catchUp: "last" });
      await look("04:30");
      expect(webhook.events()).toEqual([]);
      expect(await warehouse.rows("SELECT reason, times FROM operations.job_slots_passed")).toEqual([
        { reason: "busy", times: "3" },
      ]);
    }),
  );

  test(
    "that no run has begun for are told after half an hour, until one has; none of a job that is paused",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      const { pool } = warehouse.database;
      await account(pool, JOB, at("01:00"), ALL);
      await look("01:30");
      expect(webhook.events()).toEqual([]);
      await insertRun(warehouse, "running", at("01:20"));
      await look("01:31");
      expect(webhook.events()).toEqual([]);
      await warehouse.rows("UPDATE operations.runs SET status = 'stopped', finished_at = now()");
      await look("01:31");
      expect(webhook.events()).toEqual(["raised slot_late:ingest"]);

      await pause(pool, JOB, "all", at("01:40"));
      await look("01:41");
      expect(webhook.events()).toEqual(["raised slot_late:ingest", "resolved slot_late:ingest"]);
    }),
  );
});

test(
  "more rejected records than ALERT_REJECT_RATIO says are told until the next load; those that wait do not count",
  withAlerts(async ({ warehouse, webhook, look }) => {
    await writePlaces(warehouse);
    const sales = Array.from({ length: 100 }, (_, index) => ({ id: index + 1 }));
    await warehouse.files.write("transactions-1.csv", transactionsFile(...sales, { id: 101, device_id: 77 }));
    await warehouse.ingest();
    await look("01:00");
    expect(webhook.events()).toEqual([]);

    await warehouse.files.write(
      "transactions-2.csv",
      transactionsFile(
        { id: 201, amount: "4111111111111111x" },
        ...[202, 203, 204, 205].map((id) => ({ id })),
      ),
    );
    await warehouse.ingest({ settings: { MAX_REJECT_RATIO: "1" } });
    await warehouse.rows("UPDATE operations.runs SET status = 'running' WHERE run_id = 2");
    await look("01:59");
    // Of what it reads yet it is not known how much that comes to.
    expect(webhook.events()).toEqual([]);
    await warehouse.rows("UPDATE operations.runs SET status = 'succeeded' WHERE run_id = 2");
    await look("02:00");
    expect(webhook.told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^Tillhouse warning: 1 of 5 records of transactions were rejected \(run 2\)\n/),
    ]);
    expect(JSON.stringify(webhook.told)).not.toMatch(/\d{5}/);

    await warehouse.files.write("transactions-3.csv", transactionsFile({ id: 301 }));
    await warehouse.ingest();
    await look("03:00");
    expect(webhook.events()).toEqual(["raised rejects:transactions", "resolved rejects:transactions"]);
  }),
);

describe("what declared checks find", () => {
  test(
    "is told until the check passes, or is not declared any more; the run that failed by it is no alert of its own",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      const { pool } = warehouse.database;
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }, { id: 2 }));
      await warehouse.ingest();
      await account(pool, { ...JOB, name: "verify" }, at("00:00"), ALL);
      const declared = (severity: string) => `
models:
  - name: fct_transactions
    columns:
      - name: amount
        checks:
          - range: { max: 5, severity: ${severity} }`;
      const verifyBy = async (text: string) =>
        bySchedule(warehouse, "verify", verify, await checksFile(warehouse, text));

      await verifyBy(declared("error"));
      await look("01:00");
      await look("01:01");
      expect(webhook.events()).toEqual(["raised check_failed:fct_transactions.amount.range"]);
      expect(webhook.told[0]?.alert.severity).toBe("error");
      await verifyBy(declared("warn"));
      await look("02:00");
      expect(webhook.events().slice(1).sort()).toEqual([
        "raised check_warned:fct_transactions.amount.range",
        "resolved check_failed:fct_transactions.amount.range",
      ]);
      await verifyBy("models:\n  - name: dim_stores\n    columns: [{ name: store_id, checks: [unique] }]\n");
      await look("03:00");
      expect(webhook.events()[3]).toBe("resolved check_warned:fct_transactions.amount.range");
    }),
  );

  test(
    "is over when it passes by hand, and stays so when something else is checked after that",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      await account(warehouse.database.pool, { ...JOB, name: "verify" }, at("00:00"), ALL);
      const declared = (max: number) =>
        checksFile(
          warehouse,
          `models: [{ name: dim_stores, columns: [{ name: store_id, checks: [unique, { range: { max: ${max} } }] }] }]`,
        );
      await bySchedule(warehouse, "verify", verify, await declared(0));
      await look("01:00");
      const mended = warehouse.context(await declared(9));
      await checks(mended, { select: [] });
      await look("02:00");
      await checks(mended, { select: ["dim_stores.store_id.unique"] });
      await look("03:00");
      expect(webhook.events()).toEqual([
        "raised check_failed:dim_stores.store_id.range",
        "resolved check_failed:dim_stores.store_id.range",
      ]);

      // Nor does a file of checks that somebody tries out raise anything.
      const tried = await checksFile(
        warehouse,
        "models: [{ name: dim_devices, checks: [{ unique: { columns: [store_key], name: mine } }] }]",
      );
      await checks(warehouse.context(tried), { select: [] });
      await look("04:00");
      expect(webhook.events()).toHaveLength(2);
    }),
  );

  test(
    "of records stays until their own source passes, whatever else is loaded or verified; a load that it stops is an alert as well",
    withAlerts(async ({ warehouse, webhook, look }) => {
      const settings = await checksFile(
        warehouse,
        "sources: [{ name: transactions, columns: [{ name: amount, checks: [{ range: { max: 50, severity: warn } }, { range: { max: 99, name: dear } }] }] }]",
      );
      const load = async (name: string, text: string): Promise<void> => {
        await warehouse.files.write(name, text);
        await bySchedule(warehouse, "ingest", scheduledIngest, settings);
      };
      await writePlaces(warehouse);
      await load("transactions.csv", transactionsFile({ id: 1, amount: "60.00" }));
      await look("01:00");
      await load("stores-2.csv", storesFile({ id: 2 }));
      await bySchedule(warehouse, "verify", verify, settings);
      await look("02:00");
      expect(webhook.events()).toEqual(["raised check_warned:transactions.amount.range"]);
      await load("transactions-2.csv", transactionsFile({ id: 2, amount: "100.00" }));
      await look("03:00");
      expect(webhook.events().slice(1).sort()).toEqual([
        "raised check_failed:dear",
        "raised run_failed:ingest",
        "resolved check_warned:transactions.amount.range",
      ]);
      await load("transactions-2.csv", transactionsFile({ id: 2, amount: "10.00" }));
      await look("04:00");
      expect(webhook.events().slice(4).sort()).toEqual([
        "resolved check_failed:dear",
        "resolved run_failed:ingest",
      ]);
    }),
  );

  test(
    "is not known where the checks cannot be read: the run fails by that, once",
    withAlerts(async ({ warehouse, webhook, look, at }) => {
      await account(warehouse.database.pool, { ...JOB, name: "verify" }, at("00:00"), ALL);
      const settings = await checksFile(warehouse, "models: [{ name: nothing_like_it, checks: [unique] }]");
      await bySchedule(warehouse, "verify", verify, settings);
      await look("01:00");
      expect(webhook.told.map(({ alert }) => [alert.key, alert.details])).toEqual([
        ["run_failed:verify", expect.objectContaining({ error_code: "config_invalid" })],
      ]);
    }),
  );

  test(
    "a source that is late, and then silent, is told twice, and once each that it is over",
    withAlerts(async ({ warehouse, webhook, look }) => {
      await writePlaces(warehouse);
      await warehouse.files.write("transactions.csv", transactionsFile({ id: 1 }));
      await warehouse.ingest();
      const ask = (hours: number) =>
        freshness(warehouse.context({}, { clock: movedClock(hours * 3_600_000), trigger: "schedule" }));
      await ask(37);
      await look("01:00");
      await ask(73);
      await look("02:00");
      expect(webhook.events()).toEqual([
        "raised source_late:transactions",
        "raised source_silent:transactions",
      ]);
      await warehouse.files.write("transactions-2.csv", transactionsFile({ id: 2 }));
      await warehouse.ingest();
      await ask(0);
      await look("03:00");
      expect(webhook.events().slice(2).sort()).toEqual([
        "resolved source_late:transactions",
        "resolved source_silent:transactions",
      ]);
    }),
  );
});

describe("telling", () => {
  const problems = ({ rows }: Warehouse) =>
    rows<{ attempts: number; problem: string | null }>("SELECT attempts, problem FROM operations.alerts");

  test(
    "is tried again, later and later, and comes in order: what was wrong, then that it is over",
    withAlerts(async ({ warehouse, webhook, look, run }) => {
      webhook.status = 503;
      await run(REFUSED);
      await look("01:00:00");
      await look("01:00:10");
      expect(await problems(warehouse)).toEqual([
        { attempts: 1, problem: "The address answered with status 503." },
      ]);
      await look("01:00:31");
      await run();
      await look("01:01:00");
      expect(await problems(warehouse)).toMatchObject([{ attempts: 2 }]);

      webhook.status = 200;
      await look("01:01:31");
      expect(webhook.events()).toEqual(["raised run_failed:ingest", "resolved run_failed:ingest"]);
      expect(await problems(warehouse)).toEqual([{ attempts: 0, problem: null }]);
    }),
  );

  test(
    "is given up a day after it was over",
    withAlerts(async ({ warehouse, webhook, look, run }) => {
      webhook.status = 503;
      await run(REFUSED);
      await look("01:00");
      await run();
      await look("02:00");
      webhook.status = 200;
      await warehouse.rows(
        "UPDATE operations.alerts SET resolved_at = resolved_at - interval '1 day 1 hour'",
      );
      await look("03:00");
      expect(webhook.events()).toEqual([]);
    }),
  );

  test(
    "is done by another daemon where one died in the middle of it, under the same id",
    withAlerts(async ({ warehouse, webhook, look, run, at }) => {
      const { pool } = warehouse.database;
      await run(REFUSED);
      await reconcile(pool, at("01:00"), { rejectRatio: 1 });
      const dying = tellAlerts(
        pool,
        () => at("01:00"),
        () => new Promise(() => undefined),
        never,
      );
      void dying.catch(() => undefined);
      await eventually("it is claimed", async () => (await problems(warehouse))[0]?.attempts === 1);
      await look("01:00:59");
      expect(webhook.events()).toEqual([]);
      await look("01:01:01");
      expect(webhook.told).toMatchObject([{ alert: { id: 1, event: "raised" } }]);
    }),
  );

  test(
    "is done once by ten daemons that look at once",
    withAlerts(async ({ webhook, look, run }) => {
      await run(REFUSED);
      await Promise.all(Array.from({ length: 10 }, () => look("01:00")));
      await run();
      await Promise.all(Array.from({ length: 10 }, () => look("02:00")));
      expect(webhook.events()).toEqual(["raised run_failed:ingest", "resolved run_failed:ingest"]);
    }),
  );
});

describe("a daemon", () => {
  /** What stands still where the database is not there. */
  const brokenPool = {
    connect: () => Promise.reject(new Error("gone")),
    query: () => Promise.reject(new Error("gone")),
  };

  test(
    "tells of what it finds, pings the dead-man's address while it can look, and never says where either is",
    inWarehouse((warehouse) =>
      withWebhook(async (webhook) => {
        const logger = collectingLogger();
        const settings = { ALERT_WEBHOOK_URL: webhook.url, DEADMAN_PING_URL: webhook.url };
        const context = warehouse.context(settings, { logger });
        await account(warehouse.database.pool, JOB, new Date("2020-01-01T00:00Z"), ALL);
        await account(warehouse.database.pool, JOB, new Date("2020-01-02T00:00Z"), {
          ...ALL,
          catchUp: "last",
        });
        const watch = keepWatch({ ...context, lookMs: 20, pingMs: 40 });
        await eventually("it has told and pings", () => webhook.told.length > 0 && webhook.pings > 2);
        webhook.status = 500;
        await eventually("it says so", () =>
          logger.lines.some(({ message }) => message.includes("answered with status 500")),
        );
        await watch.end();

        // What was missed years ago is no news.
        expect(webhook.events()).toEqual(["raised slot_late:ingest"]);
        expect(logger.lines.filter(({ message }) => message.startsWith("alert: "))).toHaveLength(1);
        // Once, not at each look.
        expect(logger.lines.filter(({ message }) => message.includes("status 500"))).toHaveLength(1);
        expect(JSON.stringify(logger.lines)).not.toContain("secret-path");
      }),
    ),
  );

  test(
    "says once that it cannot look where the database answers with an error, tells nobody that it is away, and pings nobody",
    inWarehouse(
      (warehouse) =>
        withWebhook(async (webhook) => {
          let aheadMs = 0;
          const logger = collectingLogger();
          const settings = { ALERT_WEBHOOK_URL: webhook.url, DEADMAN_PING_URL: webhook.url };
          const clock = {
            monotonicMs: () => systemClock.monotonicMs(),
            now: () => new Date(systemClock.now().getTime() + (aheadMs += MINUTE_MS)),
          };
          await warehouse.rows("ALTER TABLE operations.alerts RENAME TO something_else");
          const watch = keepWatch({ ...warehouse.context(settings, { logger, clock }), lookMs: 5 });
          await eventually("it has looked for minutes", () => aheadMs > 20 * MINUTE_MS);
          await watch.end();
          await warehouse.rows("ALTER TABLE operations.something_else RENAME TO alerts");

          expect(logger.lines.filter(({ level }) => level !== "debug")).toEqual([
            expect.objectContaining({
              level: "warn",
              message: expect.stringMatching(/^alerts cannot be looked for: .*operations\.alerts/),
            }),
          ]);
          expect([webhook.told, webhook.pings]).toEqual([[], 0]);
        }),
      { tampered: true },
    ),
  );

  test(
    "falls silent while it cannot look, and tells by itself that the database is away, once, and once that it is back",
    inWarehouse((warehouse) =>
      withWebhook(async (webhook) => {
        let aheadMs = 0;
        const clock: Clock = {
          monotonicMs: () => systemClock.monotonicMs(),
          now: () => new Date(systemClock.now().getTime() + aheadMs),
        };
        let looks = 0;
        const database = {
          get pool() {
            looks += 1;
            return isAway
              ? (brokenPool as unknown as typeof warehouse.database.pool)
              : warehouse.database.pool;
          },
        };
        let isAway = true;
        const settings = { ALERT_WEBHOOK_URL: webhook.url, DEADMAN_PING_URL: webhook.url };
        const context = warehouse.context(settings, { clock });
        const watch = keepWatch({ ...context, database, lookMs: 10, pingMs: 20 });
        await eventually("it has looked", () => looks > 3);
        expect([webhook.told, webhook.pings]).toEqual([[], 0]);
        aheadMs = 300_000;
        await eventually("it has told", () => webhook.told.length > 0);
        isAway = false;
        await eventually("it is back", () => webhook.told.length > 1 && webhook.pings > 1);
        await watch.end();

        expect(webhook.told).toMatchObject([
          { alert: { id: null, kind: "database_away", event: "raised", severity: "error" } },
          { alert: { id: null, kind: "database_away", event: "resolved" } },
        ]);
      }),
    ),
  );
});
