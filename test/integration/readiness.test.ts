import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, jest, test } from "@jest/globals";
import type pg from "pg";
import { stopEmbeddedServer } from "../../src/database/embedded/stopEmbeddedServer.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { NO_PAGES } from "../fixtures/metrics.ts";
import { openWeb } from "../../src/web/openWeb.ts";
import type { JobState } from "../../src/runs/jobState.ts";
import { behindProxy } from "../fixtures/behindProxy.ts";
import { inWarehouse, withEmbeddedWarehouse } from "../fixtures/warehouse.ts";
import { eventually } from "../processes/eventually.ts";

jest.setTimeout(120_000);

interface Answer {
  readonly status: number;
  readonly body: {
    status: string;
    checks: Record<string, { status: string; code?: string; message?: string }>;
  };
}

interface Scene {
  readonly ask: () => Promise<Answer>;
  /** What the check of the database said, as its code. */
  readonly code: () => Promise<string | undefined>;
  readonly stop: () => void;
  jobs: JobState[];
}

const IDLE: JobState = {
  ...{ job: "ingest", accountedThrough: systemClock.now(), next: undefined, isPaused: false, isAway: false },
  ...{ runningSince: undefined, waitingSince: undefined },
};

/** Gives `work` what a daemon with that pool answers. */
async function withWeb(
  { pool, databaseUrl }: { pool: () => pg.Pool | undefined; databaseUrl: string | undefined },
  work: (scene: Scene) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const scene: { jobs: JobState[] } = { jobs: [IDLE] };
  const web = await openWeb({
    config: { databaseUrl, httpHost: "127.0.0.1", httpPort: 0, httpToken: undefined },
    ...{ logger: silentLogger, clock: systemClock, stopping: stopping.signal, jobs: () => scene.jobs },
    ...{ pool, readers: pool },
    pages: NO_PAGES,
  });
  const ask = async (): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${web.port}/readyz`);
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  };
  const code = async (): Promise<string | undefined> => (await ask()).body.checks["database"]?.code;
  try {
    await work(
      Object.assign(scene, {
        ask,
        code,
        stop: () => {
          stopping.abort();
        },
      }),
    );
  } finally {
    await web.close();
  }
}

test(
  "a daemon is ready with an open database, a pause or not, and not any more when it was told to stop",
  inWarehouse(async ({ database }) => {
    let pool: pg.Pool | undefined;
    await withWeb({ databaseUrl: "set", pool: () => pool }, async (scene) => {
      expect(await scene.ask()).toMatchObject({
        status: 503,
        body: { status: "not_ready", checks: { database: { code: "starting" } } },
      });
      pool = database.pool;
      expect(await scene.ask()).toMatchObject({
        status: 200,
        body: {
          status: "ready",
          checks: { daemon: { status: "ok" }, database: { status: "ok" }, schedule: { status: "ok" } },
        },
      });
      scene.jobs = [{ ...IDLE, isPaused: true }];
      expect(await scene.ask()).toMatchObject({
        status: 200,
        body: { checks: { schedule: { jobs: [{ state: "paused" }] } } },
      });
      scene.jobs = [{ ...IDLE, isAway: true }];
      expect(await scene.ask()).toMatchObject({
        status: 503,
        body: { checks: { schedule: { code: "schedule_away" } } },
      });
      scene.jobs = [IDLE];
      scene.stop();
      expect(await scene.ask()).toEqual({
        status: 503,
        body: {
          status: "not_ready",
          checks: { daemon: { status: "failed", code: "stopping", message: expect.any(String) } },
        },
      });
    });
  }),
);

test(
  "a daemon is not ready while its database lacks a migration",
  inWarehouse(async ({ database, rows }) => {
    await withWeb({ databaseUrl: "set", pool: () => database.pool }, async ({ ask, code }) => {
      const mark = (value: string) =>
        rows(`UPDATE public._prisma_migrations SET rolled_back_at = ${value}
              WHERE migration_name = (SELECT max(migration_name) FROM public._prisma_migrations)`);
      await mark("now()");
      expect(await ask()).toMatchObject({
        status: 503,
        body: { checks: { database: { code: "migrations_pending" } } },
      });
      await mark("NULL");
      expect(await code()).toBeUndefined();
      await rows("ALTER TABLE public._prisma_migrations RENAME TO elsewhere");
      expect(await code()).toBe("database_schema_differs");
      await rows("ALTER TABLE public.elsewhere RENAME TO _prisma_migrations");
      expect((await ask()).status).toBe(200);
    });
  }),
);

test(
  "a database that does not answer is asked once by all who ask meanwhile, and is ready again when it does",
  behindProxy(async ({ proxy, database, config }) => {
    await withWeb({ databaseUrl: config.databaseUrl, pool: () => database.pool }, async ({ ask, code }) => {
      const isQuestion = ({ sql }: { sql: string }): boolean => sql.includes("_prisma_migrations");
      let answer = (): void => undefined;
      const answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const first = proxy.ambush({ at: isQuestion, when: "before", act: () => answered });
      const second = proxy.ambush({
        at: isQuestion,
        occurrence: 2,
        when: "before",
        act: () => undefined,
      });
      const codes = await Promise.all(Array.from({ length: 20 }, code));
      expect(codes).toEqual(codes.map(() => "database_no_answer"));
      expect([first.wasReached, second.wasReached]).toEqual([true, false]);
      answer();
      await eventually("it is ready again", async () => (await ask()).status === 200);
      expect(database.pool.totalCount).toBeLessThanOrEqual(2);
    });
  }),
);

test("an embedded server that was stopped is said to be, stays so however often that is asked, and is ready when the daemon opens it again", () =>
  withEmbeddedWarehouse(async ({ database, context }) => {
    const { stateDir } = context().config;
    const isRunning = (): boolean => existsSync(join(stateDir, "postgres", "data", "postmaster.pid"));
    await withWeb({ databaseUrl: undefined, pool: () => database.pool }, async ({ ask, code }) => {
      expect((await ask()).status).toBe(200);
      await stopEmbeddedServer({ stateDir, logger: silentLogger });
      for (const _time of [1, 2, 3]) expect(await code()).toBe("embedded_server_unavailable");
      expect(isRunning()).toBe(false);
      await database.revive();
      expect((await ask()).status).toBe(200);
    });
  }));
