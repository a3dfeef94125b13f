/** What is below it stays exact by one more amount, which is far less. */
const MOST = 2 ** 52;

/**
 * What rows amount to, in hundredths. Exact however much that is: a sum that a number could no longer hold is moved to a bigint.
 *
 * @param cents by row
 */
export function sumOfCents(cents: Float64Array, rows: Int32Array): bigint {
  let moved = 0n;
  let sum = 0;
  for (const row of rows) {
    sum += cents[row] ?? 0;
    if (sum <= MOST) continue;
    moved += BigInt(sum);
    sum = 0;
  }
  return moved + BigInt(sum);
}
