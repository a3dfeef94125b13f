import { describe, expect, test } from "@jest/globals";
import { TillhouseError } from "../../../src/lib/errors.ts";
import { pauseAfter, Retries } from "../../../src/runs/retries.ts";

const lost = new TillhouseError("database_connection_lost", "The connection broke.");

/** Attempts by a clock that moves as told; pauses take no time. */
function attempts({ retryMs = 60_000, stopped = false } = {}) {
  let nowMs = 0;
  const stop = new AbortController();
  if (stopped) stop.abort();
  const pauses: number[] = [];
  const retries = new Retries({
    retryMs,
    clock: { now: () => new Date(nowMs), monotonicMs: () => nowMs },
    stopping: stop.signal,
    onPause: (_failure, pauseMs) => {
      pauses.push(pauseMs);
      // Not waited for: told to stop while it pauses, it would not go on, so the pause is cut short by hand.
      jumpAhead(pauseMs);
    },
  });
  const jumpAhead = (ms: number): void => {
    nowMs += ms;
  };
  return { retries, pauses, jumpAhead, stop };
}

describe("pauses", () => {
  test("double from half a second to fifteen, half of each left to chance", () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => pauseAfter(attempt, 1))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
    expect(pauseAfter(3, 0)).toBe(1_000);
    expect(pauseAfter(1_000, 1)).toBe(15_000);
  });
});

describe("another attempt", () => {
  test("is made of what passes soon", async () => {
    const { retries, pauses } = attempts();
    expect(await retries.another(lost)).toBe(true);
    expect(pauses).toHaveLength(1);
  });

  test.each([
    new TillhouseError("run_lock_lost", ""),
    new TillhouseError("run_stopped", ""),
    new TillhouseError("file_refused", ""),
    new TillhouseError("database_refused", ""),
    new Error("a mistake of ours"),
    undefined,
  ])("is not made of %s", async (failure) => {
    const { retries, pauses } = attempts();
    expect(await retries.another(failure)).toBe(false);
    expect(pauses).toEqual([]);
  });

  test("is not made when its time is up, or none was given", async () => {
    expect(await attempts({ retryMs: 0 }).retries.another(lost)).toBe(false);
    const { retries, jumpAhead } = attempts({ retryMs: 3_000 });
    expect(await retries.another(lost)).toBe(true);
    jumpAhead(3_000);
    expect(await retries.another(lost)).toBe(false);
  });

  test("is given all of its time again when the run got on", async () => {
    const { retries, jumpAhead, pauses } = attempts({ retryMs: 3_000 });
    await retries.another(lost);
    jumpAhead(3_000);
    retries.progressed();
    expect(await retries.another(lost)).toBe(true);
    expect(pauses[1]).toBeLessThanOrEqual(500);
  });

  test("is not made by a run that is to stop", async () => {
    expect(await attempts({ stopped: true }).retries.another(lost)).toBe(false);
    const { retries, stop } = attempts();
    const waiting = retries.another(lost);
    stop.abort();
    expect(await waiting).toBe(false);
  });
});
