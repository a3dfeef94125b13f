/** Numbers as the text of a PostgreSQL array. `pg` would quote each of them by itself, which takes longer than the query. */
export function arrayText(values: readonly (number | bigint)[]): string {
  return `{${values.join(",")}}`;
}

/** The values in the text of an array that `array_agg` made, of types that need no quotes; none of null, which it makes of no rows. */
export function arrayValues(text: string | null): readonly string[] {
  return text === null ? [] : text.slice(1, -1).split(",");
}
