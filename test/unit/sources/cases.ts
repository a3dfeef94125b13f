/** Cases of each property test of reading. All of them together take some ten seconds on one core. */
export const CASES = 10_000;
