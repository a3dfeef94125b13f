/** Several measurements of one thing, in the unit they were taken in. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error when there is nothing to sum up */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) {
    throw new Error("There are no measurements.");
  }
  return { median: (low + high) / 2, min, max };
}

/** The spread of what could be measured; null where nothing could. */
export function spreadOfKnown(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : spreadOf(known);
}
