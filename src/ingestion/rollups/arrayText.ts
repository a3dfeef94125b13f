/** Numbers as the text of a PostgreSQL array. `pg` would quote each of them by itself, which takes longer than the query. */
export function arrayText(values: readonly (number | bigint)[]): string {
  return `{${values.join(",")}}`;
}

/** What the text of a PostgreSQL array of plain values holds, one by one, where it has some; nothing of null, as `array_agg` gives it. */
export function arrayValues(text: string | null): readonly string[] {
  return text === null ? [] : text.slice(1, -1).split(",");
}
