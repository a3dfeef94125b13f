import type { VNode } from "preact";
import { timeText } from "../../lib/timeText.ts";
import { visible } from "../../lib/visible.ts";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** A whole number, with its thousands set apart. */
export function countText(value: number | bigint): string {
  return WHOLE.format(value);
}

/** Exact decimals stay so: the digits of a text are set apart, never reckoned with. */
export function decimalText(value: string): string {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(value) ?? [];
  if (whole === "") return value;
  return `${sign === "" ? "" : "−"}${WHOLE.format(BigInt(whole))}${rest}`;
}

/** Three digits, for where there is little room. */
export function shortText(value: number): string {
  return SHORT.format(value);
}

/** A number and its noun: `1 file`, `3 files`. */
export function several(count: number | bigint, one: string, many = `${one}s`): string {
  return `${countText(count)} ${Number(count) === 1 ? one : many}`;
}

/** A name of the code's, such as `recordsRead` or `already_present`, as words. */
export const inWords = (name: string): string => name.replace(/_|(?=[A-Z])/g, " ").toLowerCase();

const BYTES = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

export function bytesText(bytes: number): string {
  const [unit, name] = BYTES.find(([size]) => bytes >= size) ?? [1, "bytes"];
  return unit === 1 ? several(bytes, "byte") : `${(bytes / unit).toFixed(1)} ${name}`;
}

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

/** How long something took, to what matters of it: `240 ms`, `3.2 s`, `4 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  const two = (first: number, one: string, second: number, other: string): string => {
    const rest = Math.floor((ms % first) / second);
    return `${Math.floor(ms / first)} ${one}${rest === 0 ? "" : ` ${rest} ${other}`}`;
  };
  if (ms < HOUR) return two(MINUTE, "min", SECOND, "s");
  return ms < DAY ? two(HOUR, "h", MINUTE, "min") : two(DAY, "d", HOUR, "h");
}

/** How long ago, or ahead, roughly. */
export function distanceText(from: Date, now: Date): string {
  const ms = now.getTime() - from.getTime();
  const size = Math.abs(ms);
  if (size < MINUTE) return ms < 0 ? "in a moment" : "just now";
  const [unit, name] = size < HOUR ? [MINUTE, "min"] : size < 2 * DAY ? [HOUR, "h"] : [DAY, "days"];
  const text = `${Math.floor(size / unit)} ${name}`;
  return ms < 0 ? `in ${text}` : `${text} ago`;
}

interface WhenProps {
  readonly at: Date;
  readonly now?: Date;
  /** To the minute: due times have no seconds. */
  readonly isShort?: boolean;
}

const MINUTES = 16;

/** A moment in UTC, and how far away it is. */
export function When({ at, now, isShort }: WhenProps): VNode {
  return (
    <>
      <time dateTime={at.toISOString()}>{timeText(at).slice(0, isShort === true ? MINUTES : undefined)}</time>
      {now !== undefined && (
        <>
          {" "}
          <span class="soft small ago">{distanceText(at, now)}</span>
        </>
      )}
    </>
  );
}

/** A text of somebody else's, such as a store's name: it may run from right to left, and must not turn what stands beside it. */
export function Foreign({ text }: { readonly text: string }): VNode {
  return <bdi>{visible(text)}</bdi>;
}
