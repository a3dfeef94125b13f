import type { RecordRange } from "../src/sources/recordRange.ts";
import type { LocalTime } from "../src/sources/localTime.ts";

/** Which transactions a backfill is about; each bound belongs to it, and one that is absent sets no limit. */
export interface BackfillRange {
  readonly fromId?: number | undefined;
  readonly toId?: number | undefined;
  /** Days of `happened_at` in SOURCE_TIMEZONE, as `yyyy-mm-dd`. */
  readonly fromDate?: string | undefined;
  readonly toDate?: string | undefined;
}

/** The range as a run's log has it. */
export function rangeParameters(range: BackfillRange | undefined): Record<string, number | string> {
  if (range === undefined) return {};
  const { fromId, toId, fromDate, toDate } = range;
  return {
    ...(fromId !== undefined && { from_id: fromId }),
    ...(toId !== undefined && { to_id: toId }),
    ...(fromDate !== undefined && { from_date: fromDate }),
    ...(toDate !== undefined && { to_date: toDate }),
  };
}

/** The same back again, from what `rangeParameters` made. */
export function loggedRange(parameters: Readonly<Record<string, unknown>>): {
  readonly [Bound in keyof BackfillRange]?: NonNullable<BackfillRange[Bound]>;
} {
  const { from_id: fromId, to_id: toId, from_date: fromDate, to_date: toDate } = parameters;
  return {
    ...(typeof fromId === "number" && { fromId }),
    ...(typeof toId === "number" && { toId }),
    ...(typeof fromDate === "string" && { fromDate }),
    ...(typeof toDate === "string" && { toDate }),
  };
}

/** The range as records are compared with it. */
export function recordRange(
  { fromId = 0, toId = Infinity, fromDate, toDate }: BackfillRange,
  localTime: LocalTime,
): RecordRange {
  if (fromDate === undefined && toDate === undefined) return { fromId, toId, happened: null };
  const from = fromDate === undefined ? -Infinity : beginningOf(fromDate, 0, localTime) * 1000;
  const to = toDate === undefined ? Infinity : beginningOf(toDate, 1, localTime) * 1000 - 1;
  return { fromId, toId, happened: { from, to } };
}

const DAY_MS = 86_400_000;
/** Clocks are changed by multiples of it. */
const STEP_MS = 900_000;

/** The first instant of a day, or of one some days later, in milliseconds of the epoch. */
function beginningOf(day: string, daysLater: number, localTime: LocalTime): number {
  const midnight = Date.parse(`${day}T00:00:00Z`) + daysLater * DAY_MS;
  // Where the clock skips midnight, the day begins later; where it shows it twice, with the first of both.
  for (let skipped = 0; skipped <= DAY_MS; skipped += STEP_MS) {
    const after = localTime(midnight + skipped);
    if (typeof after === "number") return after;
    const before = localTime(midnight - skipped);
    if (after === "ambiguous_local_time" && typeof before === "number") return before + skipped;
  }
  throw new Error(`no clock there shows any time of ${day}`);
}
