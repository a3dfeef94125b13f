import { describe, expect, test } from "@jest/globals";
import type { JobState } from "../../../../src/runs/jobState.ts";
import type { Overview } from "../../../../src/web/reading/overview.ts";
import type { PageAlert, PageCheck } from "../../../../src/web/reading/source.ts";
import { verdictOf } from "../../../../src/web/pages/verdict.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

const LOADED: Overview = {
  ...{ runs: [], atWork: [], alerts: [], checks: { results: [], problem: undefined }, days: [] },
  latest: [{ job: "ingest", run_id: 7, status: "succeeded", error_code: null }],
  quarantine: { waiting: 0, rejected: 0 },
  freshness: [{ source: "transactions", loadedAt: NOW }],
  totals: { transactions: "1", accepted: "1", accepted_amount: "1.00", stores: "1", devices: "1" },
};
const ON_TIME: JobState = {
  ...{ job: "ingest", accountedThrough: NOW, next: NOW, isPaused: false, isAway: false },
  ...{ runningSince: undefined, waitingSince: undefined },
};
const check = (status: PageCheck["status"]): PageCheck => ({
  ...{ name: "fct.amount.range", subject: "fct", column: "amount", kind: "range", severity: "error", status },
  ...{ failures: 1, observed: "1", expected: "none", runId: 7, checkedAt: NOW },
});
const alert = (key: string, severity: PageAlert["severity"], summary: string): PageAlert => ({
  ...{ key, kind: key.split(":")[0] ?? "", severity, summary, raised_at: NOW },
});
const latest = (status: string, job = "ingest", code: string | null = null): Partial<Overview> => ({
  latest: [{ job, run_id: 7, status, error_code: code }],
});

/** How it looks, and what is found. */
const seen = (overview: Partial<Overview>, states: readonly JobState[] = [ON_TIME]): unknown => {
  const { tone, findings } = verdictOf({ ...LOADED, ...overview }, states);
  return [tone, ...findings.map(({ text }) => text)];
};

describe("how the warehouse stands", () => {
  test.each<[string, Partial<Overview>, readonly JobState[], unknown]>([
    ["all is well", {}, [ON_TIME], ["good"]],
    [
      "nothing was loaded, though other jobs ran",
      { freshness: [{ source: "stores", loadedAt: null }] },
      [],
      ["idle"],
    ],
    ["the latest run failed", latest("failed"), [], ["bad", "The latest run of ingest failed: run 7."]],
    ["it was killed", latest("killed"), [], ["bad", "The latest run of ingest was killed: run 7."]],
    ["it was stopped", latest("stopped"), [], ["warn", "The latest run of ingest was stopped: run 7."]],
    ["a job is paused", {}, [{ ...ON_TIME, isPaused: true }], ["warn", "ingest is paused."]],
    ["a job waits", {}, [{ ...ON_TIME, waitingSince: NOW }], ["warn", "ingest is due, and waits."]],
    [
      "the database was away",
      {},
      [{ ...ON_TIME, isAway: true }],
      ["bad", "The database could not be asked when ingest was due."],
    ],
    [
      "checks failed, of a run that failed by that",
      {
        ...latest("failed", "checks", "check_failed"),
        checks: { results: [check("failed")], problem: undefined },
      },
      [],
      ["bad", "1 check failed."],
    ],
    [
      "the file of checks is wrong",
      { checks: { results: [], problem: "checks.yaml:3: what is ranje?" } },
      [],
      ["bad", "checks.yaml:3: what is ranje?"],
    ],
    [
      "what is wrong stands before what is worth a look",
      {
        quarantine: { waiting: 2, rejected: 1 },
        alerts: [alert("source_late:stores", "error", "stores is late")],
      },
      [],
      [
        "bad",
        "stores is late",
        "1 rejected record in quarantine.",
        "2 records in quarantine for a device or store to arrive.",
      ],
    ],
  ])("%s", (_what, overview, states, expected) => {
    expect(seen(overview, states)).toEqual(expected);
  });

  test("what an alert says is not said again, and nothing else is kept back for it", () => {
    const alerts = [
      alert("run_failed:ingest", "error", "ingest failed"),
      alert("check_failed:fct.amount.range", "error", "a check failed"),
    ];
    const other = { ...check("failed"), name: "another" };
    expect(
      seen({
        alerts,
        latest: ["ingest", "verify"].map((job) => ({ job, run_id: 8, status: "failed", error_code: null })),
        checks: { results: [check("failed"), other], problem: undefined },
      }),
    ).toEqual([
      "bad",
      ...["ingest failed", "a check failed", "The latest run of verify failed: run 8.", "1 check failed."],
    ]);
  });

  test("work in hand is seen, and what is wrong before it", () => {
    const atWork = [{}] as unknown as Overview["atWork"];
    expect(seen({ atWork })).toEqual(["busy"]);
    expect(seen({ atWork, ...latest("failed") })).toEqual(["bad", "The latest run of ingest failed: run 7."]);
  });
});
