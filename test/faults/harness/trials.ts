/**
 * How often a bad thing is made to happen, or with what: a few times in `npm test`, as often as its promise says in
 * `npm run test:faults`, which sets FAULTS=all.
 */
export function trials<T>({ quick, all }: { readonly quick: T; readonly all: T }): T {
  return process.env["FAULTS"] === "all" ? all : quick;
}

/** 1 to `count`, for `test.each`. */
export function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
