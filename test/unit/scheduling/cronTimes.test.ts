import { expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { createTask } from "node-cron";
import { cronTimes } from "../../../src/scheduling/cronTimes.ts";
import { trials } from "../../fixtures/trials.ts";

jest.setTimeout(600_000);

const MINUTE_MS = 60_000;
/** With a clock change in spring and one in autumn, one of half an hour, one at midnight, none at all, and the southern half. */
const ZONES = [
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Santiago",
  "UTC",
  "Europe/Berlin",
] as const;
const EXPRESSIONS = [
  "*/30 * * * *",
  "30 2 * * *",
  "0,15,30,45 0-3 * * *",
  "5 4 * * sun",
  "0 0 1,15 * 1-5",
  "10 1 * 3,4,9,10,11 *",
] as const;

/** Wall-clock time at each minute of a time, as the runtime has it. */
function wallMinutes(zone: string, from: number, minutes: number): number[] {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return Array.from({ length: minutes }, (_, minute) =>
    Date.parse(`${format.format(from + minute * MINUTE_MS).replace(" ", "T")}Z`),
  );
}

/** The same rule, minute by minute: what was due at each, and why. */
function scanned(expression: string, walls: readonly number[], from: number): number[] {
  const task = createTask(expression, () => undefined, { timezone: "UTC" });
  const isHourly = expression.split(" ")[1] === "*";
  const seen = new Set<number>();
  const due: number[] = [];
  for (const [minute, wall] of walls.entries()) {
    const before = walls[minute - 1];
    const isAfterGap = before !== undefined && wall > before + MINUTE_MS;
    const skipped = isAfterGap && !isHourly ? (wall - before) / MINUTE_MS - 1 : 0;
    const isMadeUp = Array.from({ length: skipped }, (_, back) => wall - (back + 1) * MINUTE_MS).some(
      (gone) => task.match(new Date(gone)),
    );
    if (isMadeUp || (task.match(new Date(wall)) && (isHourly || !seen.has(wall))))
      due.push(from + minute * MINUTE_MS);
    seen.add(wall);
  }
  return due;
}

/** Days in which clocks change there, and a year in `npm run test:faults`. */
const SPANS: readonly (readonly [string, string, number])[] = trials({
  quick: [
    ["America/New_York", "2026-03-08", 1],
    ["America/New_York", "2026-11-01", 1],
    ["Australia/Lord_Howe", "2026-04-04", 2],
    ["Australia/Lord_Howe", "2026-10-03", 2],
    ["America/Santiago", "2026-04-04", 2],
    ["America/Santiago", "2026-09-05", 2],
    ["Europe/Berlin", "2026-03-28", 2],
    ["Europe/Berlin", "2026-10-24", 2],
    ["UTC", "2026-03-28", 2],
    ["Pacific/Chatham", "2026-04-04", 2],
    ["Antarctica/Troll", "2026-10-24", 2],
  ],
  all: ZONES.map((zone) => [zone, "2026-01-01", 365]),
});

test.each(SPANS)(
  "in %s, due times from %s on, over %d days, are those of a scan of every minute",
  (zone, start, days) => {
    const from = Date.parse(`${start}T00:00Z`);
    const walls = wallMinutes(zone, from, days * 1_440);
    const before = new Date(from - 1);
    const end = new Date(from + days * 1_440 * MINUTE_MS - 1);
    for (const expression of EXPRESSIONS) {
      const times = cronTimes(expression, zone);
      const expected = scanned(expression, walls, from).map((at) => new Date(at).toISOString());
      const found = [...times.between(before, end)].map(({ at }) => at.toISOString());
      expect([expression, found]).toEqual([expression, expected]);
      const backwards = [...times.newestFirst(before, end)].map(({ at }) => at.toISOString());
      expect([expression, backwards.reverse()]).toEqual([expression, expected]);
      expect([expression, times.count(before, end)]).toEqual([expression, expected.length]);
    }
  },
);

test("any stretch of time holds what its two halves hold, from either end", () => {
  const moment = fc.integer({ min: Date.parse("2025-01-01"), max: Date.parse("2028-01-01") });
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.constantFrom(...EXPRESSIONS),
      moment,
      fc.integer({ min: 0, max: 20 * 86_400_000 }),
      fc.integer({ min: 0, max: 20 * 86_400_000 }),
      (zone, expression, start, first, second) => {
        const times = cronTimes(expression, zone);
        const [a, b, c] = [start, start + first, start + first + second].map((at) => new Date(at)) as [
          Date,
          Date,
          Date,
        ];
        const whole = [...times.between(a, c)];
        expect([...times.between(a, b), ...times.between(b, c)]).toEqual(whole);
        expect([...times.newestFirst(a, c)].reverse()).toEqual(whole);
        expect(times.count(a, c)).toBe(whole.length);
        expect(times.next(a)?.at).toEqual(
          [...times.between(a, new Date(a.getTime() + 300 * 86_400_000))][0]?.at,
        );
      },
    ),
    { numRuns: trials({ quick: 25, all: 1_000 }) },
  );
});

test("every second, and 29 February", () => {
  const [first, second] = cronTimes("* * * * * *", "UTC").between(
    new Date("2026-01-01T00:00:00.5Z"),
    new Date("2026-01-02"),
  );
  expect([first?.at, second?.at]).toEqual([
    new Date("2026-01-01T00:00:01Z"),
    new Date("2026-01-01T00:00:02Z"),
  ]);
  expect(cronTimes("0 0 29 2 *", "UTC").next(new Date("2096-03-01"))?.at).toEqual(new Date("2104-02-29"));
});
