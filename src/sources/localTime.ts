import { timeZone } from "../lib/timeZone.ts";

/**
 * Turns a wall-clock time (milliseconds as if it were UTC) into an instant (milliseconds of the epoch), or says that
 * a clock change skips or repeats it.
 */
export type LocalTime = (wallMs: number) => number | "nonexistent_local_time" | "ambiguous_local_time";

/** The rule for one IANA zone. */
export function localTimeIn(name: string): LocalTime {
  if (name === "UTC") return (wallMs) => wallMs;
  const zone = timeZone(name);
  return (wallMs) => {
    const [first, second] = zone.instantsOf(wallMs);
    if (first === undefined) return "nonexistent_local_time";
    return second === undefined ? first : "ambiguous_local_time";
  };
}
