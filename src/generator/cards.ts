/**
 * Numbers that payment providers publish for testing (Stripe, Adyen and PayPal print them in their documentation).
 * No network routes them to an account.
 */
export const TEST_CARDS = [
  "4242424242424242",
  "4111111111111111",
  "4012888888881881",
  "4000056655665556",
  "5555555555554444",
  "2223003122003222",
  "5200828282828210",
  "5105105105105100",
  "378282246310005",
  "371449635398431",
  "6011111111111117",
  "6011000990139424",
  "3056930009020004",
  "36227206271667",
  "3566002020360505",
  "6200000000000005",
  "6205500000000000004",
] as const;

/**
 * Where many distinct cards are needed they start with this. ISO/IEC 7812-1 keeps a leading 9 for national schemes: 9 and
 * the ISO 3166-1 numeric code of the country. 999 is in the range (900–999) that ISO 3166-1 leaves to private use and
 * never gives to a country, so no issuer can hold 9999, and nobody a card under it.
 */
export const UNISSUED_PREFIX = "999999";

const UNISSUED_ACCOUNTS = 1_000_000_000;
/** Coprime to the number of accounts, so that different indexes give different accounts that do not look counted. */
const ACCOUNT_STEP = 61_803_399;

/** The number in the groups that are embossed on it: 4-6-rest for 14 and 15 digits, fours for the others. */
export function groupDigits(digits: string): string {
  if (digits.length < 16) return `${digits.slice(0, 4)} ${digits.slice(4, 10)} ${digits.slice(10)}`;
  return digits.replace(/(\d{4})(?=\d)/g, "$1 ");
}

/**
 * Writes the index-th 16-digit number under the unissued prefix and gives the position after it. It ends in a right Luhn
 * digit, so that whatever looks for cards by that rule finds these too.
 */
export function writeUnissuedCard(target: Uint8Array, at: number, index: number, grouped: boolean): number {
  let account = ((index % UNISSUED_ACCOUNTS) * ACCOUNT_STEP) % UNISSUED_ACCOUNTS;
  // Digit d of a 16-digit number (from the left, from 0) counts double where d is even.
  const length = grouped ? 19 : 16;
  const place = (digit: number): number => at + digit + (grouped ? digit >> 2 : 0);
  // Three doubled nines (18 → 9 each) and three plain ones.
  let sum = 6 * 9;
  for (let digit = 14; digit >= 6; digit--) {
    const value = account % 10;
    account = (account - value) / 10;
    const doubled = value * 2;
    sum += digit % 2 === 1 ? value : doubled > 9 ? doubled - 9 : doubled;
    target[place(digit)] = 48 + value;
  }
  for (let digit = 0; digit < 6; digit++) target[place(digit)] = 57;
  target[place(15)] = 48 + ((10 - (sum % 10)) % 10);
  if (grouped) target[at + 4] = target[at + 9] = target[at + 14] = 32;
  return at + length;
}
