/** What no spreadsheet takes for a formula: nearly all texts. */
const PLAIN = /^[0-9A-Za-z]/;
/** What a spreadsheet does not show of a text's beginning, and may drop before it reads on. */
const UNSEEN = /^[\s\u200b\u2060]+/;
/** What a spreadsheet takes for the beginning of a formula; a minus before a number is none. */
const FORMULA = /^[=+@\t\r\n]|^-(?!\d+(\.\d+)?$)/;

/**
 * Text that a spreadsheet would take for a formula gets an apostrophe in front. Some read `＝` and the like as they read
 * `=`: what begins a text is judged by what it stands for, and behind spaces and marks that nobody sees.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function formulaSafe<Value>(value: Value): Value | string {
  if (typeof value !== "string" || PLAIN.test(value)) return value;
  return [value, value.replace(UNSEEN, "")].some(isFormula) ? `'${value}` : value;
}

function isFormula(text: string): boolean {
  const [first = ""] = text;
  const plain = first.normalize("NFKC");
  return FORMULA.test(plain === first ? text : plain);
}
