/**
 * How often a bad thing is made to happen: a few times in `npm test`, as often as its promise says in
 * `npm run test:faults`, which sets FAULTS=all.
 */
export function trials({ quick, all }: { readonly quick: number; readonly all: number }): number {
  return process.env["FAULTS"] === "all" ? all : quick;
}

/** 1 to `count`, for `test.each`. */
export function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
