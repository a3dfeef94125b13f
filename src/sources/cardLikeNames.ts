import { cardLikeRuns, maskCards } from "./maskCards.ts";
import { DAY_IN_NAME } from "./snapshotDate.ts";

/** RFC 9562; of letters and digits, as nearly all are: digits alone could be anything. */
const UUID =
  /(?<![0-9a-z])(?=[0-9-]*[a-f])[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-z])/gi;
/** A day as the names of exports have it, with a time behind it to the millisecond, or without. */
const DATE = new RegExp(
  `(?<!\\d)${DAY_IN_NAME}(?:[-_T .:/]?(?:[01]\\d|2[0-3])[-_.:/]?[0-5]\\d(?:[-_.:/]?[0-5]\\d(?:[-_.]?\\d{3})?)?)?(?!\\d)`,
  "g",
);
/** Milliseconds or microseconds of the epoch: no issuer has such numbers. */
const EPOCH = /(?<!\d)(?:1\d{12}|1\d{15})(?!\d)/g;
const LEAST_CARD_DIGITS = 12;

/**
 * Whether a path could hold a card number, in the name of a file or spread over those of its folders. Paths are kept in
 * the ledger and shown in messages, so such a file is not loaded. Of a number that is written in pieces, those that are a
 * date do not count; the others do, on both sides of it.
 */
export function mayNameCard(path: string): boolean {
  return cardLikeRuns(path.normalize("NFKC").replace(UUID, "x")).some(mayBeCard);
}

function mayBeCard(run: string): boolean {
  const numbers =
    run
      .replace(DATE, " ")
      .replace(EPOCH, " ")
      .match(/\p{N}+/gu) ?? [];
  // Zeros before a counter are not of its number, nor of a card's.
  const digits = numbers.map((number) =>
    number.length < LEAST_CARD_DIGITS ? number : number.replace(/^0+/, ""),
  );
  return digits.join("").length >= LEAST_CARD_DIGITS;
}

/** A path as it may be shown, whatever it holds. */
export function shownPath(path: string): string {
  return mayNameCard(path) ? maskCards(path.normalize("NFKC")) : path;
}
