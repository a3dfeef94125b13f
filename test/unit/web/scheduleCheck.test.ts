import { describe, expect, test } from "@jest/globals";
import type { JobState } from "../../../src/runs/jobState.ts";
import { scheduleFinding } from "../../../src/web/readiness/scheduleCheck.ts";

const NOW = new Date("2026-11-24T12:00:00Z");
const before = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);
const IDLE: JobState = {
  job: "ingest",
  accountedThrough: before(600),
  next: before(-600),
  isPaused: false,
  isAway: false,
  runningSince: undefined,
  waitingSince: undefined,
};
const found = (state: Partial<JobState>) => scheduleFinding([{ ...IDLE, ...state }], NOW);

describe("a schedule is all right while its job", () => {
  test.each<[string, Partial<JobState>]>([
    ["idle", {}],
    ["idle", { next: before(100) }],
    ["idle", { next: undefined }],
    ["paused", { isPaused: true, next: undefined }],
    ["waiting", { waitingSince: before(3_500) }],
    ["running", { runningSince: before(1) }],
    // Times come due while a run is at work for hours: they are accounted for after it.
    ["running", { runningSince: before(36_000), next: before(30_000), waitingSince: before(36_000) }],
  ])("is %s: %j", (state, standing) => {
    expect(found(standing)).toMatchObject({ status: "ok", jobs: [{ job: "ingest", state }] });
  });
});

describe("a schedule is not while its job", () => {
  test.each<[string, string, Partial<JobState>]>([
    ["starting", "starting", { accountedThrough: undefined, next: undefined }],
    ["away", "schedule_away", { isAway: true }],
    ["late", "schedule_late", { next: before(121) }],
    ["overdue", "schedule_overdue", { waitingSince: before(3_601) }],
    // It asks for the lock every few seconds, and is at work for a moment each time.
    ["overdue", "schedule_overdue", { waitingSince: before(3_601), runningSince: before(1) }],
  ])("is %s", (state, code, standing) => {
    expect(found(standing)).toMatchObject({ status: "failed", code, jobs: [{ job: "ingest", state }] });
    expect(found(standing).message).toMatch(/\S/);
  });

  test("is overdue, but for as long as it may wait for another one's run", () => {
    const overdue = { ...IDLE, job: "retention", waitingSince: before(7_200) };
    const loads = (seconds: number): JobState => ({ ...IDLE, runningSince: before(seconds) });
    expect(scheduleFinding([loads(7_200), overdue], NOW)).toMatchObject({
      ...{ status: "ok", jobs: [{ state: "running" }, { job: "retention", state: "waiting" }] },
    });
    expect(scheduleFinding([loads(1), overdue], NOW)).toMatchObject({ code: "schedule_overdue" });
  });

  test("is one of several that is not well", () => {
    const jobs = [IDLE, { ...IDLE, job: "checks", isAway: true }];
    expect(scheduleFinding(jobs, NOW)).toMatchObject({
      ...{ status: "failed", code: "schedule_away" },
      jobs: [{ state: "idle" }, { job: "checks", state: "away" }],
    });
  });
});

test("there is no schedule until the database is open", () => {
  expect(scheduleFinding(undefined, NOW)).toMatchObject({ status: "failed", code: "starting" });
});
