const DAY_MS = 86_400_000;

/** What the clocks of one IANA zone show. Wall-clock times are milliseconds as if they were UTC. */
export interface TimeZone {
  /** Wall-clock time at an instant (milliseconds of the epoch), to the second. */
  wallAt(instantMs: number): number;
  /** The instants at which the clocks show a wall-clock time: mostly one, none where a clock change skips it, two where one repeats it. */
  instantsOf(wallMs: number): readonly number[];
  /** The instant of the clock change that skips a wall-clock time which has no instant. */
  changeThatSkips(wallMs: number): number;
  /** Whether the clocks may change on the day of a wall-clock time, or on one beside it. */
  changesAround(wallMs: number): boolean;
}

/**
 * The rules of one IANA zone, from the data that comes with Node. Nearly every day has one offset: it is looked up once a day
 * and kept. Only on days around a clock change are both offsets tried against each other.
 */
export function timeZone(name: string): TimeZone {
  if (name === "UTC")
    return {
      wallAt: (instantMs) => Math.floor(instantMs / 1000) * 1000,
      instantsOf: (wallMs) => [wallMs],
      changeThatSkips: (wallMs) => wallMs,
      changesAround: () => false,
    };
  const offsetAt = offsetReader(name);
  const offsetsByDay = new Map<number, readonly [before: number, after: number]>();
  const offsetsAround = (wallMs: number): readonly [before: number, after: number] => {
    const day = Math.floor(wallMs / DAY_MS);
    let offsets = offsetsByDay.get(day);
    if (offsets === undefined) {
      offsets = [offsetAt((day - 1) * DAY_MS), offsetAt((day + 2) * DAY_MS)];
      offsetsByDay.set(day, offsets);
    }
    return offsets;
  };
  return {
    wallAt: (instantMs) => Math.floor(instantMs / 1000) * 1000 + offsetAt(instantMs),
    instantsOf: (wallMs) => {
      const [before, after] = offsetsAround(wallMs);
      if (before === after) return [wallMs - before];
      // The clocks show it earlier under the larger offset.
      return [wallMs - Math.max(before, after), wallMs - Math.min(before, after)].filter(
        (instant) => instant + offsetAt(instant) === wallMs,
      );
    },
    changeThatSkips: (wallMs) => {
      const [before, after] = offsetsAround(wallMs);
      let [earlier, later] = [wallMs - after, wallMs - before];
      while (later - earlier > 1000) {
        const middle = Math.floor((earlier + later) / 2000) * 1000;
        if (offsetAt(middle) === before) earlier = middle;
        else later = middle;
      }
      return later;
    },
    changesAround: (wallMs) => {
      const [before, after] = offsetsAround(wallMs);
      return before !== after;
    },
  };
}

/** Wall-clock minus UTC at an instant, in milliseconds. */
function offsetReader(name: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
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
