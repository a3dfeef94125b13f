/** What a spreadsheet takes for the beginning of a formula; a minus before a number is none. */
const FORMULA = /^[=+@\t\r\n]|^-(?!\d+(\.\d+)?$)/;

/**
 * Text that a spreadsheet would take for a formula gets an apostrophe in front. Some read `＝` and the like as they read
 * `=`: what begins a text is judged by what it stands for.
 */
export function formulaSafe<Value>(value: Value): Value | string {
  if (typeof value !== "string") return value;
  const [first = ""] = value;
  const plain = first.normalize("NFKC");
  return FORMULA.test(plain === first ? value : plain) ? `'${value}` : value;
}
