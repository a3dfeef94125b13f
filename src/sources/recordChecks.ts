import { CONTRACTS, TRANSACTION_STATUSES, type ColumnType, type SourceName } from "./contracts.ts";

/** What failing a declared check means: it is told, or it ends what it is about. */
export const SEVERITIES = ["warn", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a check asks of one value of a record. Numbers of `amount` are in units of its currency, times in ms of the epoch. */
export type RecordRule =
  | { readonly kind: "not_null" }
  | { readonly kind: "accepted_values"; readonly values: readonly string[] }
  | { readonly kind: "range"; readonly min: number | null; readonly max: number | null };

/** A check of each record of a source, as it is read. Plain data, so that it can go to another thread. */
export interface RecordCheck {
  /** Unique among all checks. */
  readonly name: string;
  readonly source: SourceName;
  /** As the contract calls it. */
  readonly column: string;
  readonly severity: Severity;
  readonly rule: RecordRule;
  /** The rule in words. */
  readonly expected: string;
}

/** A typed value as readers give it: amounts in hundredths, times in microseconds of the epoch. */
export type RecordValue = string | number;

export type Holds = (value: RecordValue) => boolean;

/** By how many decimal places the numbers of a check and those that readers give differ; absent where the values are texts. */
const PLACES: Readonly<Partial<Record<ColumnType, number>>> = {
  id: 0,
  whole_number: 0,
  amount: 2,
  timestamp: 3,
};

/** The rules that a column of a type can be asked for. None: its values are never looked at, or never to be told of. */
export const RULES_OF_TYPE: Readonly<Record<ColumnType, readonly RecordRule["kind"][]>> = {
  id: ["not_null", "accepted_values", "range"],
  whole_number: ["not_null", "accepted_values", "range"],
  amount: ["not_null", "accepted_values", "range"],
  sku: ["not_null", "accepted_values"],
  text: ["not_null", "accepted_values"],
  status: ["not_null", "accepted_values"],
  timestamp: ["not_null", "range"],
  card_number: [],
  discarded: [],
};

/** Moves the point of a decimal, without what binary fractions add: 0.29 is 29 hundredths, not 28.999999999999996. */
function scaled(value: number, places: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Number(`${digits}e${Number(exponent) + places}`);
}

/**
 * Makes the test of a check's rule, once for all records.
 *
 * @returns undefined where every value that could be read passes: only a record that could not be is ever without one
 */
export function predicateOf({ source, column, rule }: RecordCheck): Holds | undefined {
  const type = CONTRACTS[source].columns.find(({ name }) => name === column)?.type;
  const places = type && PLACES[type];
  switch (rule.kind) {
    case "not_null":
      // A text may be empty; of the other types an empty field is no value, and its record is rejected.
      return type === "text" ? (value) => value !== "" : undefined;
    case "accepted_values": {
      const values = new Set<RecordValue>(
        places === undefined ? rule.values : rule.values.map((value) => scaled(Number(value), places)),
      );
      if (type === "status" && TRANSACTION_STATUSES.every((status) => values.has(status))) return undefined;
      return (value) => values.has(value);
    }
    case "range": {
      const min = rule.min === null ? -Infinity : scaled(rule.min, places ?? 0);
      const max = rule.max === null ? Infinity : scaled(rule.max, places ?? 0);
      return (value) => Number(value) >= min && Number(value) <= max;
    }
  }
}
