/**
 * `numerator / denominator` with a fixed number of decimals, rounded half away from zero as PostgreSQL's
 * `round(numeric, n)` does; exact at any size. A result that rounds to zero has no sign.
 */
export function exactDecimal(numerator: bigint, denominator: bigint, decimals: number): string {
  const scaled = numerator * 10n ** BigInt(decimals);
  const magnitude = scaled < 0n ? -scaled : scaled;
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n);
  const digits = rounded.toString().padStart(decimals + 1, "0");
  const sign = scaled < 0n && rounded !== 0n ? "-" : "";
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Cents as an amount with two decimals: 938300 → `9383.00`. */
export function amountText(cents: bigint): string {
  return exactDecimal(cents, 100n, 2);
}
