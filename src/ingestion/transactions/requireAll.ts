/** @throws when not all rows that are referred to were found, or not all of them were written */
export function requireAll(what: string, wanted: number, found: number | null): void {
  if (found === wanted) return;
  throw new Error(`${found ?? 0} of the ${wanted} ${what} are there; rolled back`);
}
