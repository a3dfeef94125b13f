/**
 * Bounds of the lengths that ended runs are counted by, in seconds: a run with nothing new takes tenths of a second, a large one
 * hours. What was counted under others stays where it was.
 */
export const RUN_DURATION_BOUNDS: readonly number[] = [
  ...[0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, Infinity],
];
