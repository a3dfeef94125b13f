const WITH_EXPONENT = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/;
/** A longer number is none that a column takes, and need not be written out. */
const MOST_DIGITS = 64;

/**
 * The digits of a whole number that is written with an exponent: `3.770009015048E12` is 3770009015048, exactly. Any other
 * number as it is written.
 */
export function wholeNumberText(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent] = WITH_EXPONENT.exec(text) ?? [];
  if (exponent === undefined) return text;
  const places = Number(exponent);
  // Zeros behind the last digit say nothing.
  const digits = whole + fraction.replace(/0+$/, "");
  const length = whole.length + places;
  if (length > MOST_DIGITS || length < digits.length) return text;
  return sign + digits.padEnd(length, "0").replace(/^0+(?=\d)/, "");
}
