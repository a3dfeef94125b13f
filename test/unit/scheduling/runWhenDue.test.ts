import { expect, test } from "@jest/globals";
import { pollUntil } from "../../../src/database/embedded/waiting.ts";
import { systemClock, type Clock } from "../../../src/lib/clock.ts";
import { runWhenDue } from "../../../src/scheduling/runWhenDue.ts";
import { collectingLogger } from "../../fixtures/collectingLogger.ts";

const HOUR_MS = 3_600_000;
const HALF_PAST = Date.parse("2026-11-24T10:30Z");

test("a job runs once for what a machine asleep has missed, not again when its clock goes back, and is waited for", async () => {
  let ahead = 0;
  let looked = 0;
  const started = systemClock.monotonicMs();
  const clock: Clock = {
    ...systemClock,
    now: () => {
      looked += 1;
      return new Date(HALF_PAST + systemClock.monotonicMs() - started + ahead);
    },
  };
  const logger = collectingLogger();
  let begun = 0;
  const missed = (): number =>
    logger.lines.filter(({ message }) => message.includes("due times were missed")).length;
  let endRun: (() => void) | undefined;
  const run = (): Promise<void> => {
    begun += 1;
    return new Promise((resolve) => {
      endRun = resolve;
    });
  };
  const beats = async (count: number): Promise<void> => {
    const from = looked;
    expect(
      await pollUntil(() => (looked >= from + count ? true : undefined), { withinMs: 10_000, everyMs: 20 }),
    ).toBe(true);
  };
  const due = runWhenDue(
    { name: "hourly", cron: "0 * * * *", timezone: "UTC", run },
    { clock, logger, lookAgainMs: 50 },
  );
  try {
    await beats(2);
    expect(begun).toBe(0);

    ahead = 3 * HOUR_MS;
    await beats(2);
    expect(begun).toBe(1);
    expect(missed()).toBe(1);
    endRun?.();

    for (const moved of [2 * HOUR_MS, 0, 3 * HOUR_MS]) {
      ahead = moved;
      await beats(1);
    }
    expect(begun).toBe(1);

    // Wrong by a day, and set right: it is due by the right one, and what is missed after a run is told too.
    ahead = 28 * HOUR_MS;
    await beats(2);
    expect(begun).toBe(2);
    expect(missed()).toBe(2);
    endRun?.();
    ahead = 4 * HOUR_MS;
    await beats(3);
    expect(begun).toBe(2);
    expect(logger.lines.some(({ message }) => message.includes("the clock was set back"))).toBe(true);
    ahead = 5 * HOUR_MS;
    await beats(3);
    expect(begun).toBe(3);
  } finally {
    const ended = due.end();
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    endRun?.();
    await ended;
  }
});
