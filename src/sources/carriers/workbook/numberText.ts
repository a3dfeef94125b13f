/** Decimal digits that a spreadsheet keeps of a number, and shows: what is behind them comes of binary fractions. */
const SIGNIFICANT_DIGITS = 15;
/** The first whole number with more. */
const FIRST_TOO_LONG = 1e15;

const SHORT_WHOLE = /^(?:0|[1-9]\d{0,14})$/;
const LITERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A literal as a number; undefined where it is none, or none that is finite. */
export function numberOf(literal: string): number | undefined {
  const number = LITERAL.test(literal) ? Number(literal) : Infinity;
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The number that a cell holds, as its spreadsheet shows it where columns are wide enough: to 15 digits, so
 * `749.10000000000002` is `749.1`, and without an exponent from a millionth up to 15 digits, so `3.770009015048E12` is
 * `3770009015048`.
 *
 * A number of more digits before its point has lost the last of them: it gets an exponent, and all of its 15 digits, so
 * that it is neither a card number nor an id, and no SKU either. What is no number is given as it stands.
 */
export function numberText(literal: string): string {
  if (SHORT_WHOLE.test(literal)) return literal;
  const number = numberOf(literal);
  if (number === undefined) return literal;
  const shown = Number(number.toPrecision(SIGNIFICANT_DIGITS));
  if (Math.abs(shown) >= FIRST_TOO_LONG) return withExponent(shown.toExponential(SIGNIFICANT_DIGITS - 1));
  return withExponent(String(shown));
}

function withExponent(text: string): string {
  return text.replace("e", "E");
}
