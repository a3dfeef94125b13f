import type { CardTokeniser } from "./cards.ts";
import type { Field } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import type { Rejection, Warning } from "./reasons.ts";
import type { TimestampRules } from "./timestamps.ts";

/** What a parser needs besides the record. */
export interface ParsingRules {
  readonly timestamps: TimestampRules;
  readonly cards: CardTokeniser;
}

/** A record's typed values, or why it has none. */
export type Parsed<T> =
  | { readonly accepted: T; readonly warnings: readonly Warning[] }
  /** `naturalKey` is given where it could be read. */
  | { readonly rejected: Rejection; readonly naturalKey: number | null };

/** Parses the fields of one record. Pure; fields are as many as the header's. */
export type RecordParser<T> = (fields: readonly string[]) => Parsed<T>;

/**
 * Takes typed values out of one record after another. The first value that cannot be read becomes the record's
 * rejection; the ones after it are read all the same and thrown away with it.
 */
export class RecordReader {
  rejection: Rejection | null = null;
  #fields: readonly string[] = [];
  readonly #columns: BoundColumns;

  constructor(columns: BoundColumns) {
    this.#columns = columns;
  }

  begin(fields: readonly string[]): void {
    this.#fields = fields;
    this.rejection = null;
  }

  /** The text of a column; empty where the file lacks it. */
  text(column: string): string {
    const index = this.#columns.indexOf.get(column);
    return index === undefined ? "" : (this.#fields[index] ?? "");
  }

  take<T>(column: string, parse: (text: string) => Field<T>, otherwise: T): T {
    const field = parse(this.text(column));
    if ("value" in field) return field.value;
    this.rejection ??= { reason: field.reason, column };
    return otherwise;
  }
}

/** Separates fields in what is hashed. Texts go last or after their length, so that no two records read alike. */
export const FIELD_SEPARATOR = "\u001f";
