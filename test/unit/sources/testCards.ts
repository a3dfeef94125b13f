import fc from "fast-check";
import { ANY_FORMAT } from "../../fixtures/cardFormats.ts";

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
