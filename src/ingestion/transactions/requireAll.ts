/** @throws when not all rows that new facts refer to were found, or not all of them were written */
export function requireAll(what: string, wanted: number, found: number | null): void {
  if (found === wanted) return;
  throw new Error(`${found ?? 0} of the ${wanted} ${what} of new facts are there; rolled back`);
}
