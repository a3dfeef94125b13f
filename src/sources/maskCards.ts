/**
 * Twelve digits or more with no letter between them. What may stand between the digits of a card is no list that could be
 * complete: spaces, colons, invisible characters, marks drawn over a digit, emoji. Digits of any script, full-width,
 * raised or circled. A run of over 19 may be a card with its expiry: it goes whole. One way only to match each gap, so the
 * time is linear in the text.
 */
const CARD_LIKE = /\p{N}(?:[^\p{L}\p{N}]*\p{N}){11,}/gu;
const ANY_DIGIT = /\p{N}/gu;
const LEAST_CARD_LENGTH = 12;

/** 05/15/2022, 15.05.2022 or 2022-05-15: no card begins with a day and a month or with a year of ours. */
const DAY =
  /(?:[0-3]?\d(?:\/[0-3]?\d\/|\.[0-3]?\d\.|-[0-3]?\d-)(?:19|20)\d\d|(?:19|20)\d\d(?:\/[01]?\d\/|\.[01]?\d\.|-[01]?\d-)[0-3]?\d)/
    .source;
/** 8:10, 08:10:46 or 08:10:46.123, perhaps with an offset that has no colon; `+02:00` counts as another time of day. */
const CLOCK = /[0-2]?\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,6})?)?(?: ?[+-][01]\d[0-5]\d)?/.source;
const MOMENT = `(?:${DAY}(?: ${CLOCK})?|${CLOCK})`;
/** Opening hours, a time with its zone, a stay from one day to another. */
const MOMENTS = new RegExp(`^${MOMENT}(?:[\\s\\p{Pd},;/&+()|]{1,5}${MOMENT})*$`, "u");
/** Of longer ones nothing is believed: they would take long to check, and a text has no use for so many. */
const LONGEST_MOMENTS = 100;

const isMoments = (run: string): boolean => run.length <= LONGEST_MOMENTS && MOMENTS.test(run);

/** The runs of 12 digits or more in a text that could be card numbers, however spread; those that are times are not. */
export function cardLikeRuns(text: string): string[] {
  return (text.match(CARD_LIKE) ?? []).filter((run) => !isMoments(run));
}

/** Masks every run of 12 digits or more that no letter interrupts, but for times; gives the text itself where there is none. */
export function maskCards(text: string): string {
  if (text.length < LEAST_CARD_LENGTH) return text;
  return text.replace(CARD_LIKE, (run) => (isMoments(run) ? run : run.replace(ANY_DIGIT, "*")));
}

/** Numbers that are spread like a time but could not be one are masked. */
const TIME_LIKE =
  /^(?:[0-3]?\d([/.-])[0-3]?\d\1[12]\d{3}|[12]\d{3}([/.-])[01]?\d\2[0-3]?\d)(?:[ T][0-2]?\d:[0-5]?\d(?::[0-6]?\d(?:\.\d{1,6})?)?)?$/;

/** Whether a text has the form of a day, perhaps with a time, whether or not there is such a day. */
export function isTimeLike(text: string): boolean {
  return TIME_LIKE.test(text);
}

/**
 * The form in which a field of a record that could not be read may be kept. Its columns may have slipped, so that a
 * card number or a CVV can stand anywhere: every digit becomes `#`, but for times, which neither can be.
 */
export function shapeOf(text: string): string {
  // A cut must not leave half of a surrogate pair: jsonb refuses it.
  const short = text.length > 200 ? `${text.slice(0, 200).replace(/[\ud800-\udbff]$/, "")}…` : text;
  const shown = isTimeLike(short) ? short : short.replace(ANY_DIGIT, "#");
  return shown.replaceAll("\0", "\u2400");
}
