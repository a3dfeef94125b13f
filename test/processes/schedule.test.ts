import { expect, test } from "@jest/globals";
import { run, runForJson } from "./programs.ts";

const AT_NIGHT = { INGEST_CRON: "30 2 * * *", TIMEZONE: "America/New_York", STATE_DIR: "/nowhere/at/all" };

interface Scheduled {
  readonly jobs: readonly {
    readonly job: string;
    readonly cron: string;
    readonly timezone: string;
    readonly next: readonly { readonly at: string; readonly local: string; readonly clocks: string | null }[];
  }[];
}

test("schedule shows a year of due times, each day once, and what clock changes do to them; it asks no database", async () => {
  const { jobs } = await runForJson<Scheduled>(["schedule", "--limit", "400", "--json"], AT_NIGHT);

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
  const { exitCode, stdout } = await run(["schedule", "--limit", "400"], AT_NIGHT);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ingest: 30 2 \* \* \* in America\/New_York$/m);
  expect(stdout).toMatch(/-03-\d\d 03:00:00 .* the clocks skip its time: due when they do/);
});
