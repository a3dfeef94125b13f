import type { CardTokeniser } from "./cards.ts";
import type { Field } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import { isTimeLike } from "./maskCards.ts";
import type { Reason, Rejection, Warning } from "./reasons.ts";
import type { TimestampRules } from "./timestamps.ts";

/** What a parser needs besides the record. */
export interface ParsingRules {
  readonly timestamps: TimestampRules;
  readonly cards: CardTokeniser;
}

/** A record's typed values, or why it has none. */
export type Parsed<T> =
  | { readonly accepted: T; readonly warnings: readonly Warning[] }
  /** `naturalKey` is given where it could be read, and what stands there may be kept. */
  | { readonly rejected: Rejection; readonly naturalKey: number | null };

/** Parses the fields of one record. Pure; fields are as many as the header's. */
export type RecordParser<T> = (fields: readonly string[]) => Parsed<T>;

/** A natural key of so many digits could be a card number that slipped into the id column of a broken record. */
const FIRST_CARD_LIKE_KEY = 1e11;
/** Of a record with more columns than this that hold something else, all may have slipped: its id may be a CVV. */
const MOST_OUT_OF_PLACE = 1;
/** What is wrong with times that are in their place. */
const WRONG_IN_PLACE: ReadonlySet<Reason> = new Set([
  "day_first",
  "year_out_of_range",
  "nonexistent_local_time",
  "ambiguous_local_time",
]);

/** Whether what could not be read is at least of its column's kind. */
function isInPlace(reason: Reason, text: string): boolean {
  return WRONG_IN_PLACE.has(reason) || (reason === "bad_timestamp" && isTimeLike(text.trim()));
}

/**
 * Takes typed values out of one record after another. The first value that cannot be read becomes the record's
 * rejection; the ones after it are read all the same and thrown away with it.
 */
export class RecordReader {
  rejection: Rejection | null = null;
  #outOfPlace = 0;
  #fields: readonly string[] = [];
  readonly #columns: BoundColumns;

  constructor(columns: BoundColumns) {
    this.#columns = columns;
  }

  begin(fields: readonly string[]): void {
    this.#fields = fields;
    this.rejection = null;
    this.#outOfPlace = 0;
  }

  /** The text of a column; empty where the file lacks it. */
  text(column: string): string {
    const index = this.#columns.indexOf.get(column);
    return index === undefined ? "" : (this.#fields[index] ?? "");
  }

  take<T>(column: string, parse: (text: string) => Field<T>, otherwise: T): T {
    const text = this.text(column);
    const field = parse(text);
    if ("value" in field) return field.value;
    this.rejection ??= { reason: field.reason, column };
    if (!isInPlace(field.reason, text)) this.#outOfPlace += 1;
    return otherwise;
  }

  /**
   * The natural key that a rejected record may be kept under. A verification code must not be kept (PCI DSS 4.0.1, 3.3.1),
   * and reads like an id: only a record whose other columns are in place has its id in its own.
   *
   * @param key as it was read; 0 where it could not be
   */
  keptKey(key: number): number | null {
    const isKept = key > 0 && key < FIRST_CARD_LIKE_KEY && this.#outOfPlace <= MOST_OUT_OF_PLACE;
    return isKept ? key : null;
  }
}

/** Separates fields in what is hashed. Texts go last or after their length, so that no two records read alike. */
export const FIELD_SEPARATOR = "\u001f";
