/** Names are compared as far as this; no column's name is near to a longer one. */
const COMPARED = 40;
/** A file of very many columns is no file of ours: the first ones show it. */
const LOOKED_AT = 200;

/** How many characters must be put in, taken out or exchanged to make one text of the other (Levenshtein). */
export function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let done = 1; done <= left.length; done += 1) {
    const next = [done];
    for (let index = 1; index <= right.length; index += 1) {
      const exchanged = (row[index - 1] ?? 0) + (right[index - 1] === left[done - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** Index of the name that a person most likely meant; undefined when none is nearer than half of the letters. */
export function nearestName(wanted: string, names: readonly string[]): number | undefined {
  let nearest: number | undefined;
  let least = wanted.length / 2 + 1;
  for (const [index, name] of names.slice(0, LOOKED_AT).entries()) {
    const distance = editDistance(wanted, name.slice(0, COMPARED));
    if (distance >= least) continue;
    nearest = index;
    least = distance;
  }
  return nearest;
}

/** What follows a message that there is no such name: `: is it daily_sales?` where one is near, else a full stop. */
export function orMeant(wanted: string, names: readonly string[]): string {
  const nearest = names[nearestName(wanted, names) ?? -1];
  return nearest === undefined ? "." : `: is it ${nearest}?`;
}

/** The same where they are all named else: `is it daily_sales?`, or `there are daily_sales, store_performance`. */
export function meantOrAll(wanted: string, names: readonly string[]): string {
  const nearest = names[nearestName(wanted, names) ?? -1];
  return nearest === undefined ? `there are ${names.join(", ")}` : `is it ${nearest}?`;
}
