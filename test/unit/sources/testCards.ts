import fc from "fast-check";

/** Numbers that card schemes publish for tests; one of 12 and one of 19 digits beside them. */
export const TEST_CARDS = [
  "4111111111111111",
  "4242424242424242",
  "5555555555554444",
  "378282246310005",
  "30569309025904",
  "6205500000000000004",
  "411111111111",
] as const;

const grouped = (digits: string, between: string): string => digits.replace(/(?<=^(?:.{4})+)(?=.)/g, between);
const inScript = (digits: string, zero: number): string =>
  digits.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** The ways in which one card is written that give the same token. */
export const READABLE_FORMATS: Readonly<Record<string, (digits: string) => string>> = {
  plain: (digits) => digits,
  spaced: (digits) => grouped(digits, " "),
  "spaced twice": (digits) => ` ${grouped(digits, "  ")} `,
  dashed: (digits) => grouped(digits, "-"),
  "dashed with spaces": (digits) => grouped(digits, " - "),
  "en dashes": (digits) => grouped(digits, "\u2013"),
  "minus signs": (digits) => grouped(digits, "\u2212"),
  "no-break spaces": (digits) => grouped(digits, "\u00a0"),
  "narrow no-break spaces": (digits) => grouped(digits, "\u202f"),
  tabs: (digits) => grouped(digits, "\t"),
  "zero-width spaces": (digits) => grouped(digits, "\u200b"),
  "soft hyphens": (digits) => grouped(digits, "\u00ad"),
  "full-width": (digits) => inScript(digits, 0xff10),
  "full-width, spaced": (digits) => grouped(inScript(digits, 0xff10), "\u3000"),
  "four spaces": (digits) => grouped(digits, "    "),
  "digit by digit": (digits) => digits.replace(/(?<=\d)(?=\d)/g, " "),
};

/** Further ways, which give no token but must not get through either. */
export const UNREADABLE_FORMATS: Readonly<Record<string, (digits: string) => string>> = {
  dotted: (digits) => grouped(digits, "."),
  slashed: (digits) => grouped(digits, "/"),
  "thousands separators": (digits) => digits.replace(/(?<=\d)(?=(?:\d{3})+$)/g, ","),
  apostrophes: (digits) => digits.replace(/(?<=\d)(?=(?:\d{3})+$)/g, "'"),
  "Arabic-Indic": (digits) => inScript(digits, 0x0660),
  "with expiry and code": (digits) => `${grouped(digits, " ")} 12/25 123`,
  "in a sentence": (digits) => `card ${grouped(digits, "-")}, thanks`,
  "spreadsheet float": (digits) => `${digits}.0`,
  colons: (digits) => grouped(digits, ":"),
  bars: (digits) => grouped(digits, " | "),
  "dots led on": (digits) => grouped(digits, " ........ "),
  "keycap emoji": (digits) => digits.replace(/\d/g, "$&\ufe0f\u20e3"),
  "struck through": (digits) => digits.replace(/\d/g, "$&\u0336\u0338"),
  "emoji between": (digits) => grouped(digits, "\u{1f4b3}"),
};

export const ANY_FORMAT = { ...READABLE_FORMATS, ...UNREADABLE_FORMATS };

/** A card number of 12 to 19 digits that does not begin with a zero, and one way to write it. */
export const writtenCards = fc
  .tuple(
    fc.oneof(fc.constantFrom(...TEST_CARDS), fc.stringMatching(/^[1-9]\d{11,18}$/)),
    fc.constantFrom(...Object.values(ANY_FORMAT)),
  )
  .map(([digits, format]) => ({ digits, written: format(digits) }));

/** Whether a text holds the number, however it is spread out. */
export function holdsNumber(text: string, digits: string): boolean {
  return text
    .normalize("NFKC")
    .replace(/\p{Nd}/gu, asciiDigit)
    .replace(/[^\p{L}\p{N}]/gu, "")
    .includes(digits);
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  return code >= 0x0660 && code <= 0x0669 ? String(code - 0x0660) : digit;
}
