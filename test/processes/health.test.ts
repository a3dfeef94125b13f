import { once } from "node:events";
import { Agent, request } from "node:http";
import { describe, expect, jest, test } from "@jest/globals";
import { freePort, openSlowConnections } from "../fixtures/httpClient.ts";
import { eventually } from "./eventually.ts";
import { loadedModules, TELLING_MODULES } from "./loadedModules.ts";
import { run, start, type Environment, type Program } from "./programs.ts";
import { migratedWorkplace, type Workplace } from "./workplace.ts";

jest.setTimeout(180_000);

const TOKEN = "0123456789abcdef".repeat(3);
/** With what it does at a stop, far below the ten seconds after which a process ends by force, with another exit code. */
const PROMPT_MS = 6_000;

const JOBS = ["ingest", "verify", "freshness", "retention"];
/** Nothing is to open the database again in the middle of a test. */
const YEARLY = "0 0 1 1 *";
const NEVER_DUE = {
  ...{ INGEST_CRON: YEARLY, VERIFY_CRON: YEARLY, FRESHNESS_CRON: YEARLY, RETENTION_CRON: YEARLY },
};

interface Answering {
  readonly place: Workplace;
  readonly settings: Environment;
  readonly port: number;
  readonly origin: string;
  readonly daemon: Program;
}

async function startAnswering(
  more: Environment = {},
  headers: Record<string, string> = {},
): Promise<Answering> {
  const [place, port] = [await migratedWorkplace(), await freePort()];
  const settings = { ...place.environment, HTTP_PORT: String(port), ...NEVER_DUE, ...more };
  const daemon = start("scheduler", [], settings);
  const origin = `http://127.0.0.1:${port}`;
  await daemon.untilItSays(/"answers over HTTP"/);
  await eventually(
    "it is ready, and has accounted for what was due: that opens the database again",
    async () => {
      const answer = await fetch(`${origin}/readyz`, { headers });
      return answer.status === 200 && !(await answer.text()).includes('"starting"');
    },
  );
  return { place, settings, port, origin, daemon };
}

async function expectPromptEnd({ child, ended }: Program): Promise<void> {
  const askedAt = performance.now();
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ exitCode: 0, signal: null });
  expect(performance.now() - askedAt).toBeLessThan(PROMPT_MS);
}

describe("the daemon's health", () => {
  test("is told at /healthz, at /readyz and by `health`, until somebody stops its database", async () => {
    const { origin, settings, daemon } = await startAnswering();
    const alive = (await (await fetch(`${origin}/healthz`)).json()) as Record<string, unknown>;
    expect(alive).toEqual({
      ...{ status: "ok", version: "0.1.0", started_at: expect.any(String), uptime_s: expect.any(Number) },
    });
    expect(await run(["health"], settings)).toMatchObject({
      ...{ exitCode: 0, stdout: `The daemon at ${origin} is ready.\n`, stderr: "" },
    });
    const json = await run(["health", "--json", "--url", `${origin}/`], { ...settings, HTTP_PORT: "0" });
    expect(json.exitCode).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: "ready",
      checks: { schedule: { jobs: JOBS.map((job) => ({ job })) } },
    });

    await run(["stop"], settings);

    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const away = await run(["health"], settings);
    expect(away.exitCode).toBe(1);
    expect(away.stdout).toMatch(
      /is not ready\.\ndatabase: The embedded PostgreSQL is not running: .*npm run db:stop/,
    );
    const awayJson = await run(["health", "--json"], settings);
    expect(awayJson.exitCode).toBe(1);
    expect(JSON.parse(awayJson.stdout)).toMatchObject({ status: "not_ready" });
    await expectPromptEnd(daemon);
    const gone = await run(["health", "--json"], settings);
    expect(gone.exitCode).toBe(1);
    expect(gone.stderr).toMatch(
      /^daemon_unreachable: The daemon at \S+ cannot be asked \(ECONNREFUSED\)\. Does it run/,
    );
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: "daemon_unreachable" } });
  });

  test("is answered among 200 slow connections, and none that is open keeps it from ending", async () => {
    const { origin, port, daemon } = await startAnswering();
    const slow = await openSlowConnections(port, 200);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const agent = new Agent({ keepAlive: true });
    const kept = request({ port, host: "127.0.0.1", path: "/healthz", agent }).end();
    const [response] = (await once(kept, "response")) as [NodeJS.ReadableStream];
    await once(response.resume(), "end");
    await expectPromptEnd(daemon);
    await Promise.all(slow.map(({ ended }) => ended));
    agent.destroy();
  });

  test("is for those alone who know the token, where there is one", async () => {
    const more = { HTTP_HOST: "0.0.0.0", HTTP_TOKEN: TOKEN, LOG_LEVEL: "debug" };
    const { origin, settings, daemon } = await startAnswering(more, { authorization: `Bearer ${TOKEN}` });
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(401);
    expect(await run(["health"], settings)).toMatchObject({ exitCode: 0 });
    const wrong = await run(["health"], { ...settings, HTTP_TOKEN: TOKEN.replace("0", "1") });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/^config_invalid: HTTP_TOKEN is not the one of the daemon/);
    await expectPromptEnd(daemon);
    expect(daemon.said()).toMatch(/"route":"\/readyz"/);
    expect(daemon.said() + wrong.stderr).not.toMatch(/0123456789abcdef/);
  });
});

describe("exit code 2", () => {
  test("is a second daemon's at the same port, which starts no server", async () => {
    const { settings, port, daemon } = await startAnswering();
    const second = await start("scheduler", [], { ...settings, STATE_DIR: "/nowhere/at/all" }).ended;
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(
        `"code":"http_unavailable".*HTTP_PORT ${port} is taken at 127\\.0\\.0\\.1.*HTTP_PORT=${port + 1}`,
      ),
    );
    await expectPromptEnd(daemon);
  });

  test.each([
    [
      "an address that this machine has not",
      { HTTP_HOST: "192.0.2.1", HTTP_TOKEN: TOKEN, HTTP_PORT: "8473" },
      /HTTP_HOST 192\.0\.2\.1 is no address/,
    ],
    [
      "no token for an address of all",
      { HTTP_HOST: "0.0.0.0", HTTP_PORT: "8473" },
      /HTTP_TOKEN is required .* Example: HTTP_TOKEN=/,
    ],
  ])("is a daemon's with %s", async (_what, settings, message) => {
    const { exitCode, stderr } = await start("scheduler", [], { ...settings, STATE_DIR: "/nowhere/at/all" })
      .ended;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  test.each([
    [["health"], /HTTP_PORT is 0/],
    [["health", "--url", "till"], /--url is the daemon's address/],
    [
      ["health", "--url", "http://user:hunter2@till"],
      /^usage_invalid: --url is the daemon's address, without a user/,
    ],
    [["health", "--url", "file:///etc"], /--url is the daemon's address/],
  ])("is that of %j without a daemon's port", async (args, message) => {
    const { exitCode, stdout, stderr } = await run(args, { HTTP_PORT: "0" });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("hunter2");
  });
});

test("no command loads the web server, nor does a daemon without HTTP", async () => {
  const away = { DATABASE_URL: "postgresql://till@127.0.0.1:1/shop", CARD_TOKEN_KEY: "ab".repeat(32) };
  const told = { ...away, ...TELLING_MODULES };
  const programs = [
    start("cli", ["health", "--url", "http://127.0.0.1:9"], told),
    start("cli", ["ingest"], told),
    start("scheduler", [], told),
  ];
  for (const modules of await Promise.all(programs.map(loadedModules))) {
    expect(modules).toContainEqual(expect.stringContaining("node_modules/zod/"));
    expect(modules).not.toContainEqual(expect.stringMatching(/node_modules\/(fastify|pino)\//));
  }
});
