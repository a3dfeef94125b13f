import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CATCH_UPS } from "../../../src/config/catchUp.ts";
import { cronTimes } from "../../../src/scheduling/cronTimes.ts";
import { plan } from "../../../src/scheduling/plan.ts";
import { trials } from "../../fixtures/trials.ts";

const at = (text: string): Date => new Date(`2026-11-${text}Z`);

describe("a plan", () => {
  const daily = cronTimes("0 3 * * *", "UTC");

  test.each([
    ["nothing before it is due", "24T01:00", "24T02:59:59.999", undefined, 0],
    ["the time itself", "24T02:59", "24T03:00", "24T03:00", 0],
    ["a time that was noticed late", "24T02:59", "24T09:00", "24T03:00", 0],
    ["the last of several", "20T12:00", "24T09:00", "24T03:00", 3],
    ["nothing twice", "24T03:00", "24T03:00", undefined, 0],
    ["nothing while the clock is behind by up to three hours", "24T04:00", "24T01:00", undefined, 0],
  ])("has %s", (_what, since, now, due, passed) => {
    const planned = plan(daily, at(since), at(now), "last");
    expect(planned.due).toEqual(due === undefined ? [] : [at(due)]);
    expect(planned.passed?.times ?? 0).toBe(passed);
    if (passed > 0) expect(planned.passed).toMatchObject({ first: at("21T03:00"), last: at("23T03:00") });
  });

  test("goes by the right clock from there on where the one before was wrong", () => {
    const { due, accountedThrough } = plan(daily, at("28T12:00"), at("24T02:00"), "last");
    expect([due, accountedThrough]).toEqual([[], at("24T02:00")]);
    expect(plan(daily, accountedThrough, at("24T03:00"), "last").due).toEqual([at("24T03:00")]);
  });

  test.each([
    ["none", "24T09:00", [], 4],
    ["none", "24T03:00:59", ["24T03:00"], 3],
    ["last", "24T09:00", ["24T03:00"], 3],
    ["all", "24T09:00", ["21T03:00", "22T03:00", "23T03:00", "24T03:00"], 0],
  ] as const)("of %s runs, at %s, for %j, and %d pass", (catchUp, now, due, passed) => {
    const planned = plan(daily, at("20T12:00"), at(now), catchUp);
    expect(planned.due).toEqual(due.map(at));
    expect(planned.passed?.times ?? 0).toBe(passed);
  });

  test("of all runs for the latest hundred", () => {
    const hourly = cronTimes("0 * * * *", "UTC");
    const planned = plan(hourly, at("01T00:00"), at("24T03:00"), "all");
    expect([planned.due.length, planned.due.at(-1)]).toEqual([100, at("24T03:00")]);
    expect(planned.passed?.times).toBe(23 * 24 + 3 - 100);
    expect(planned.passed?.last.getTime()).toBe((planned.due[0]?.getTime() ?? 0) - 3_600_000);
  });

  test("of a clock that goes to and fro accounts for each due time once, whenever it is asked", () => {
    const expressions = fc.constantFrom("*/10 * * * *", "30 2 * * *", "0 0 * * 0");
    const zones = fc.constantFrom("UTC", "America/New_York");
    const steps = fc.array(fc.integer({ min: -3_000, max: 3 * 86_400 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        expressions,
        zones,
        fc.constantFrom(...CATCH_UPS),
        steps,
        (cron, zone, catchUp, seconds) => {
          const times = cronTimes(cron, zone);
          const start = new Date("2026-03-05T12:00Z");
          let now = start;
          let accountedThrough = start;
          let accounted = 0;
          const due: number[] = [];
          for (const step of seconds) {
            now = new Date(now.getTime() + step * 1_000);
            const planned = plan(times, accountedThrough, now, catchUp);
            expect(planned.accountedThrough >= accountedThrough).toBe(true);
            ({ accountedThrough } = planned);
            accounted += planned.due.length + (planned.passed?.times ?? 0);
            due.push(...planned.due.map((one) => one.getTime()));
          }
          expect(accounted).toBe(times.count(start, accountedThrough));
          expect(due).toEqual([...new Set(due)].sort((a, b) => a - b));
        },
      ),
      { numRuns: trials({ quick: 100, all: 1_000 }) },
    );
  });
});
