/** Numbers as the text of a PostgreSQL array. `pg` would quote each of them by itself, which takes longer than the query. */
export function arrayText(values: readonly (number | bigint)[]): string {
  return `{${values.join(",")}}`;
}
