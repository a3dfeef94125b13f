const DAY_MS = 86_400_000;

/**
 * Turns a wall-clock time (milliseconds as if it were UTC) into an instant (milliseconds of the epoch), or says that
 * a clock change skips or repeats it.
 */
export type LocalTime = (wallMs: number) => number | "nonexistent_local_time" | "ambiguous_local_time";

/** Wall-clock minus UTC at an instant, in milliseconds, from the IANA data that comes with Node. */
function offsetReader(timeZone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return (instantMs) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
    const wall = Date.UTC(
      part["year"] ?? 0,
      (part["month"] ?? 1) - 1,
      part["day"] ?? 1,
      part["hour"] ?? 0,
      part["minute"] ?? 0,
      part["second"] ?? 0,
    );
    return wall - Math.floor(instantMs / 1000) * 1000;
  };
}

/**
 * The rule for one IANA zone. Nearly every day has one offset: it is looked up once a day and kept. Only on days
 * around a clock change are both offsets tried against each other.
 */
export function localTimeIn(timeZone: string): LocalTime {
  if (timeZone === "UTC") return (wallMs) => wallMs;
  const offsetAt = offsetReader(timeZone);
  const offsetsByDay = new Map<number, readonly [before: number, after: number]>();
  return (wallMs) => {
    const day = Math.floor(wallMs / DAY_MS);
    let offsets = offsetsByDay.get(day);
    if (offsets === undefined) {
      offsets = [offsetAt((day - 1) * DAY_MS), offsetAt((day + 2) * DAY_MS)];
      offsetsByDay.set(day, offsets);
    }
    const [before, after] = offsets;
    if (before === after) return wallMs - before;
    const candidates = [wallMs - before, wallMs - after].filter(
      (instant) => instant + offsetAt(instant) === wallMs,
    );
    const [first, second] = candidates;
    if (first === undefined) return "nonexistent_local_time";
    return second === undefined ? first : "ambiguous_local_time";
  };
}
