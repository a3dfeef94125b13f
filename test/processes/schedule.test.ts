import { expect, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";
import { holdServer, migratedWorkplace } from "./workplace.ts";

/** Nobody listens there. */
const NO_DATABASE = {
  DATABASE_URL: "postgresql://tillhouse@127.0.0.1:1/tillhouse",
  CARD_TOKEN_KEY: "0".repeat(64),
};
const AT_NIGHT = { INGEST_CRON: "30 2 * * *", TIMEZONE: "America/New_York", ...NO_DATABASE };

interface Scheduled {
  /** Whether the database could be asked how they stand. */
  readonly known: boolean;
  readonly jobs: readonly {
    readonly job: string;
    readonly cron: string;
    readonly timezone: string;
    readonly next: readonly { readonly at: string; readonly local: string; readonly clocks: string | null }[];
  }[];
}

test("schedule shows a year of due times, each day once, and what clock changes do to them, whether or not a database answers", async () => {
  const { jobs, known } = await runForJson<Scheduled>(["schedule", "--limit", "400", "--json"], AT_NIGHT);
  expect(known).toBe(false);

  const [ingest] = jobs;
  expect(ingest).toMatchObject({ job: "ingest", cron: "30 2 * * *", timezone: "America/New_York" });
  const next = ingest?.next ?? [];
  expect(new Set(next.map(({ local }) => local.slice(0, 10))).size).toBe(400);
  const skipped = next.filter(({ clocks }) => clocks === "skipped");
  expect(skipped).not.toEqual([]);
  // In March, when the clocks go from two to three.
  for (const { at, local } of skipped)
    expect([at.slice(5, 7), at.slice(10), local.slice(10)]).toEqual(["03", "T07:00:00.000Z", " 03:00:00"]);
  for (const { local } of next.filter(({ clocks }) => clocks === null)) expect(local).toMatch(/ 02:30:00$/);
});

test("schedule says the same as a table", async () => {
  const { exitCode, stdout, stderr } = await run(["schedule", "--limit", "400"], AT_NIGHT);

  expect(exitCode).toBe(0);
  expect(stderr).toContain("how the jobs stand cannot be asked");
  expect(stdout).toMatch(/^ingest: 30 2 \* \* \* in America\/New_York$/m);
  expect(stdout).toMatch(/-03-\d\d 03:00:00 .* the clocks skip its time: due when they do/);
});

test("a job is paused and resumed, and schedule says so", async () => {
  const place = await migratedWorkplace();
  await holdServer(place);
  const schedule = (...args: string[]) => run(["schedule", ...args], place.environment);

  await expect(schedule("pause", "ingest")).resolves.toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^ingest is paused since .* UTC\./),
  });
  expect((await schedule()).stdout).toMatch(/^Paused since .*: npm run schedule -- resume ingest$/m);
  const { jobs, known } = await runForJson<Scheduled>(["schedule", "--json"], place.environment);
  expect([known, jobs[0]]).toEqual([
    true,
    expect.objectContaining({ paused_at: expect.any(String), waiting: [], last: null }),
  ]);
  const resumed = await schedule("resume", "ingest", "--json");
  expect(JSON.parse(resumed.stdout)).toEqual({ job: "ingest", was_paused_at: expect.any(String), passed: 0 });
  expect((await schedule("resume", "ingest")).stdout).toBe("ingest was not paused.\n");
  await expect(schedule("pause", "nothing")).resolves.toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^usage_invalid: No job is called "nothing". There are: ingest, verify, /),
  });
});
