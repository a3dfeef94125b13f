import type { TillhouseError } from "../../lib/errors.ts";
import type { Severity } from "../../sources/recordChecks.ts";
import type { Bound } from "./check.ts";

/** Keys and places in lists that lead to something in the file. */
export type Path = readonly PropertyKey[];
/** An error about what stands at a path. */
export type Problem = (path: Path, what: string) => TillhouseError;

/** A check whose place is not looked up yet. */
export type Unplaced<T extends { readonly place: string }> = T extends unknown
  ? Omit<T, "place"> & { readonly path: Path }
  : never;

/** What all checks have, of which only the severity is always given. */
export function placed(
  { name, severity }: { readonly name?: string | undefined; readonly severity: Severity },
  generatedName: string,
  path: Path,
): { readonly name: string; readonly severity: Severity; readonly path: Path } {
  return { name: name ?? generatedName, severity, path };
}

/** Card data is for no check to look at, nor to tell of. */
export const isOfCards = (column: string): boolean => /(?:^|_)card|cvv|cvc/.test(column);

export const CARDS_REFUSED = "is of cards, whose values no check may look at. Take this out";

const shownBound = (bound: Bound): string =>
  bound instanceof Date
    ? bound.toISOString().replace(/(T00:00)?(:00)?\.000Z$/, (end) => (end.startsWith("T") ? "" : "Z"))
    : String(bound);

/** A range in words. */
export function rangeText(min: Bound | undefined, max: Bound | undefined): string {
  if (min === undefined) return `at most ${max === undefined ? "" : shownBound(max)}`;
  return max === undefined ? `at least ${shownBound(min)}` : `from ${shownBound(min)} to ${shownBound(max)}`;
}

const SHOWN_VALUES = 10;

/** Accepted values in words, the first ones of many. */
export function valuesText(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_VALUES).join(", ");
  return `one of ${shown}${values.length > SHOWN_VALUES ? `, … (${values.length})` : ""}`;
}
