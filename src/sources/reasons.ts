import type { SourceName } from "./contracts.ts";

/**
 * Why a record is rejected, in stable codes with what to do about it. Codes never change their meaning: alerts,
 * dashboards and `replay` rely on them.
 */
export const REASONS = {
  column_count: "The record has more or fewer fields than the header. Mend the line and send the file again.",
  stray_quote:
    "A quote stands inside a field that was not opened by one, or text follows a closing quote. Double quotes inside quoted fields.",
  unclosed_quote:
    "A quoted field is never closed. Close it; the lines after it were read as records of their own.",
  record_in_quotes:
    "A quoted field holds a line that would be a record of its own: a quote before it may be missing. Add that quote, or take the line out of the text; until then none of these lines is read.",
  record_too_long:
    "The record is longer than MAX_RECORD_BYTES, or a line of NDJSON than 1 MB. Mend the line, or raise the setting.",
  invalid_encoding:
    "The record is not valid UTF-8, or not UTF-16 in a file that begins as such. Save the file as UTF-8.",
  unterminated_id:
    "The last line has no line end, and its last column is the id, of which digits may be missing. End the line.",
  no_json_object: "The line of an NDJSON file is no JSON object. Write each record as one, on one line.",
  nested_value:
    "The field of an NDJSON file holds an object or a list. Write it as text, a number, true, false or null.",
  repeated_field: "The JSON object names a field twice. Take one of them out.",
  late_field:
    "The JSON object has a field that is read, and that none has in the file's first megabyte. Write it in the first object, as null where it has none.",
  cell_error:
    "The cell of a workbook holds an error, such as #N/A, where a value has to be, or a formula that was never calculated. Mend the formula, or what that refers to; open the workbook in a spreadsheet, and save it.",
  nul_byte: "A field holds a NUL byte, which PostgreSQL text cannot. Remove it.",
  missing_value: "A required field is empty.",
  bad_whole_number: "The field is not a whole number such as 42 or 42.0.",
  out_of_range: "The number is outside what the column can hold.",
  card_like_value:
    "The field could be a card number: more than 14 digits in an id or SKU, more than 11 before the point of an amount.",
  too_long: "The text is longer than the column allows.",
  bad_amount:
    "The field is not an amount such as 749 or 749.50: digits, at most one point, at most two decimals.",
  unknown_status: "The status is none of accepted, refused, cancelled.",
  bad_timestamp: "The field is not a time such as 05/15/2022 8:10:46 or 2022-05-15T08:10:46Z.",
  day_first: "The month is over 12: the file seems to put the day first. Set SOURCE_DATE_ORDER=dmy.",
  year_out_of_range: "The year is outside 1970 to 2100.",
  nonexistent_local_time: "That local time was skipped by a clock change in SOURCE_TIMEZONE. Add an offset.",
  ambiguous_local_time: "That local time happened twice at a clock change in SOURCE_TIMEZONE. Add an offset.",
  unknown_store: "The device's store has not arrived yet. The record loads by itself once it does.",
  unknown_device: "The transaction's device has not arrived yet. The record loads by itself once it does.",
} as const;

export type Reason = keyof typeof REASONS;

export const isReason = (name: unknown): name is Reason =>
  typeof name === "string" && Object.hasOwn(REASONS, name);

/** What to do about a reason; empty for one that only older versions gave. */
export function remedyOf(reason: string): string {
  return (REASONS as Readonly<Record<string, string>>)[reason] ?? "";
}

/** For what else of the files a record of a source may wait. */
export const WAITING_REASON_OF: Readonly<Record<SourceName, Reason | undefined>> = {
  stores: undefined,
  devices: "unknown_store",
  transactions: "unknown_device",
};

/** Reasons that time alone may cure: such records wait, and do not count towards MAX_REJECT_RATIO. */
export const WAITING_REASONS: readonly Reason[] = Object.values(WAITING_REASON_OF).flatMap(
  (reason) => reason ?? [],
);

/** Things worth knowing that cost no record. */
export const WARNINGS = {
  card_unreadable:
    "The card number could not be read: it is not 12 to 19 digits, or was a number in a spreadsheet, which keeps 15 of them. The sale is loaded without a token.",
  card_masked:
    "A text field held 12 digits or more with no letter between them, other than times; they were masked.",
  unterminated:
    "The file ends inside a record: without a line end, or in an open quote. It is read as it stands, and again when the file changes.",
  extra_columns: "The file has columns that are not read. The log names them, once a file.",
  schema_changed:
    "The file has other columns than the last file of its source, or columns of other types. The log names them, once a file; SCHEMA_CHANGES says what is done about it.",
  no_records:
    "The file holds no record: it is empty, or has a header only. See whether its export went wrong.",
  few_records:
    "The run read less than a quarter as many records of the file as usual: of the median of the last 20 loads of its source, once there are 5. See whether its export broke off.",
} as const;

export type Warning = keyof typeof WARNINGS;

/** Warnings by kind; kinds without one are not among them. */
export type WarningCounts = Readonly<Partial<Record<Warning, number>>>;

/** These are of a file, not of a record: they are told by kind, and are not in the sum of a run's warnings. */
const FILE_WARNINGS: ReadonlySet<string> = new Set<Warning>([
  "unterminated",
  "extra_columns",
  "schema_changed",
  "no_records",
  "few_records",
]);

/** How many warnings there are of records. */
export function recordWarnings(counts: WarningCounts): number {
  return Object.entries(counts).reduce(
    (sum, [kind, count]) => (FILE_WARNINGS.has(kind) ? sum : sum + count),
    0,
  );
}

/** A record that cannot be loaded: why, and which column is at fault where one is. */
export interface Rejection {
  readonly reason: Reason;
  readonly column: string | null;
}
